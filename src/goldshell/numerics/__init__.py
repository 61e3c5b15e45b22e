"""Numerics shared by the domains: parameters of models, estimates, least-squares fits, identifiability."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.numerics.estimate import Estimate as Estimate
    from goldshell.numerics.fit import FitResult as FitResult
    from goldshell.numerics.fit import LeastSquaresProblem as LeastSquaresProblem
    from goldshell.numerics.fit import ResidualTests as ResidualTests
    from goldshell.numerics.fit import least_squares_fit as least_squares_fit
    from goldshell.numerics.fit import residual_tests as residual_tests
    from goldshell.numerics.fit import summarise as summarise
    from goldshell.numerics.identifiability import Direction as Direction
    from goldshell.numerics.identifiability import IdentifiabilityResult as IdentifiabilityResult
    from goldshell.numerics.identifiability import ProfileResult as ProfileResult
    from goldshell.numerics.identifiability import identifiability as identifiability
    from goldshell.numerics.identifiability import profile as profile
    from goldshell.numerics.information import aicc as aicc
    from goldshell.numerics.parameters import ParameterInfo as ParameterInfo
    from goldshell.numerics.parameters import TestPoint as TestPoint
    from goldshell.numerics.parameters import check_bounds as check_bounds
    from goldshell.numerics.parameters import describe_parameters as describe_parameters
    from goldshell.numerics.parameters import parameter as parameter
    from goldshell.numerics.search import Solution as Solution
    from goldshell.numerics.search import multi_start as multi_start
    from goldshell.numerics.search import refine as refine
    from goldshell.numerics.search import scattered_starts as scattered_starts
    from goldshell.numerics.search import trace_profile as trace_profile
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
