"""Statistics for animals and calibrations."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.statistics.calibration import CalibrationLine as CalibrationLine
    from goldshell.statistics.calibration import SlopeComparison as SlopeComparison
    from goldshell.statistics.calibration import calibration_line as calibration_line
    from goldshell.statistics.calibration import compare_slopes as compare_slopes
    from goldshell.statistics.compare import Comparison as Comparison
    from goldshell.statistics.compare import GroupComparison as GroupComparison
    from goldshell.statistics.compare import compare_groups as compare_groups
    from goldshell.statistics.compare import compare_many as compare_many
    from goldshell.statistics.compare import compare_two as compare_two
    from goldshell.statistics.compare import holm as holm
    from goldshell.statistics.power import detectable_effect as detectable_effect
    from goldshell.statistics.power import power_of_t_test as power_of_t_test
    from goldshell.statistics.ratio import ratio_of_means as ratio_of_means
    from goldshell.statistics.tables import TableComparison as TableComparison
    from goldshell.statistics.tables import compare_table as compare_table
    from goldshell.statistics.tables import read_comparison as read_comparison
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
