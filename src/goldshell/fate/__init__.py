"""Fate in the body: physiology of animals, linear models of an injected dose, non-compartmental analysis."""

from goldshell.fate.linear import solve_linear as solve_linear
from goldshell.fate.nca import NcaResult as NcaResult
from goldshell.fate.nca import NcaSubject as NcaSubject
from goldshell.fate.nca import nca as nca
from goldshell.fate.nca import nca_subject as nca_subject
from goldshell.fate.physiology import Physiology as Physiology
from goldshell.fate.physiology import physiology as physiology
from goldshell.fate.physiology import physiology_sets as physiology_sets
from goldshell.fate.schema import FateProblem as FateProblem
from goldshell.fate.schema import drawing_times as drawing_times
from goldshell.fate.schema import read_fate as read_fate
from goldshell.fate.simulate import FateSimulation as FateSimulation
from goldshell.fate.simulate import simulate as simulate
from goldshell.fate.sparse import SparseArea as SparseArea
from goldshell.fate.sparse import sparse_auc as sparse_auc
