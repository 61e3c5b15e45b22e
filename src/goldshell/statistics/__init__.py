"""Statistics for animals and calibrations."""

from goldshell.statistics.calibration import CalibrationLine as CalibrationLine
from goldshell.statistics.calibration import SlopeComparison as SlopeComparison
from goldshell.statistics.calibration import calibration_line as calibration_line
from goldshell.statistics.calibration import compare_slopes as compare_slopes
