"""Fate in the body: physiology of animals, models of an injected dose and their fits, non-compartmental analysis."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.fate.data import FateData as FateData
    from goldshell.fate.data import FateSample as FateSample
    from goldshell.fate.data import percent_dose as percent_dose
    from goldshell.fate.data import read_fate_data as read_fate_data
    from goldshell.fate.design import FateDesign as FateDesign
    from goldshell.fate.design import design as design
    from goldshell.fate.design import identifiability_table as identifiability_table
    from goldshell.fate.design import plan_from_parameters as plan_from_parameters
    from goldshell.fate.design import planning_problem as planning_problem
    from goldshell.fate.explain import explain as explain
    from goldshell.fate.explanation import FateExplanation as FateExplanation
    from goldshell.fate.fit import FateFit as FateFit
    from goldshell.fate.fit import fit as fit
    from goldshell.fate.interface import fate_model as fate_model
    from goldshell.fate.interface import fate_models as fate_models
    from goldshell.fate.linear import solve_linear as solve_linear
    from goldshell.fate.lint import Finding as Finding
    from goldshell.fate.lint import LintResult as LintResult
    from goldshell.fate.lint import lint as lint
    from goldshell.fate.nca import NcaResult as NcaResult
    from goldshell.fate.nca import NcaSubject as NcaSubject
    from goldshell.fate.nca import nca as nca
    from goldshell.fate.nca import nca_subject as nca_subject
    from goldshell.fate.physiology import Physiology as Physiology
    from goldshell.fate.physiology import physiology as physiology
    from goldshell.fate.physiology import physiology_sets as physiology_sets
    from goldshell.fate.prepare import FitOptions as FitOptions
    from goldshell.fate.schema import FateProblem as FateProblem
    from goldshell.fate.schema import drawing_times as drawing_times
    from goldshell.fate.schema import read_fate as read_fate
    from goldshell.fate.simulate import FateSimulation as FateSimulation
    from goldshell.fate.simulate import simulate as simulate
    from goldshell.fate.sparse import SparseArea as SparseArea
    from goldshell.fate.sparse import sparse_auc as sparse_auc
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
