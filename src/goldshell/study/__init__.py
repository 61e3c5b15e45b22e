"""Studies: a folder with a study.yaml and data files in; analyses, figures, a record and a report out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.study.analysis import Analysis as Analysis
    from goldshell.study.analysis import CaptionedFigure as CaptionedFigure
    from goldshell.study.analysis import Number as Number
    from goldshell.study.new import new_study as new_study
    from goldshell.study.run import RunResult as RunResult
    from goldshell.study.run import run_study as run_study
    from goldshell.study.schema import Study as Study
    from goldshell.study.schema import load_study as load_study
    from goldshell.study.schema import packaged_studies as packaged_studies
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
