"""ESI mass spectra of clusters: from the raw profile to the distribution of ligands."""

from goldshell.spectra.esi_ms.analyse import analyse_spectrum as analyse_spectrum
from goldshell.spectra.esi_ms.intervals import response_for_mean as response_for_mean
from goldshell.spectra.esi_ms.report import Assignment as Assignment
from goldshell.spectra.esi_ms.report import EsiMsResult as EsiMsResult
