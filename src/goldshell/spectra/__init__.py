"""Spectra: reading files, ESI mass spectra to ligand distributions."""

from goldshell.spectra.esi_ms import Assignment as Assignment
from goldshell.spectra.esi_ms import EsiMsResult as EsiMsResult
from goldshell.spectra.esi_ms import analyse_spectrum as analyse_spectrum
from goldshell.spectra.esi_ms import response_for_mean as response_for_mean
from goldshell.spectra.io import Spectrum as Spectrum
from goldshell.spectra.io import read_spectrum as read_spectrum
