"""Spectra: reading files, ESI mass spectra to ligand distributions, UV-vis, NMR, zeta."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.spectra.esi_ms import Assignment as Assignment
    from goldshell.spectra.esi_ms import EsiMsResult as EsiMsResult
    from goldshell.spectra.esi_ms import analyse_spectrum as analyse_spectrum
    from goldshell.spectra.esi_ms import response_for_mean as response_for_mean
    from goldshell.spectra.io import Spectrum as Spectrum
    from goldshell.spectra.io import read_spectrum as read_spectrum
    from goldshell.spectra.nmr import composition_from_nmr as composition_from_nmr
    from goldshell.spectra.nmr_io import read_nmr as read_nmr
    from goldshell.spectra.uvvis_io import AbsorbanceTrace as AbsorbanceTrace
    from goldshell.spectra.uvvis_io import SpectraInTime as SpectraInTime
    from goldshell.spectra.uvvis_io import read_spectra as read_spectra
    from goldshell.spectra.uvvis_io import read_traces as read_traces
    from goldshell.spectra.zeta import analyse_zeta as analyse_zeta
    from goldshell.spectra.zeta_io import read_zeta as read_zeta
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
