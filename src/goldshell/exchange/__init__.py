"""Ligand exchange and etching of clusters: from the state of the flask to P(n) over time."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.exchange.conditions import make_experiment as make_experiment
    from goldshell.exchange.design import DesignResult as DesignResult
    from goldshell.exchange.design import design as design
    from goldshell.exchange.experiment import Addition as Addition
    from goldshell.exchange.experiment import Experiment as Experiment
    from goldshell.exchange.experiment import Withdrawal as Withdrawal
    from goldshell.exchange.explain import explain as explain
    from goldshell.exchange.explanation import Explanation as Explanation
    from goldshell.exchange.fit import ExchangeFit as ExchangeFit
    from goldshell.exchange.fit import ModelScore as ModelScore
    from goldshell.exchange.fit import fit as fit
    from goldshell.exchange.fit import score as score
    from goldshell.exchange.levels import level_figures as level_figures
    from goldshell.exchange.levels import simulate_file as simulate_file
    from goldshell.exchange.models.well_mixed import Parameters as Parameters
    from goldshell.exchange.observations import Range as Range
    from goldshell.exchange.observations import Rate as Rate
    from goldshell.exchange.observations import Shell as Shell
    from goldshell.exchange.observations import Trace as Trace
    from goldshell.exchange.parameter_ensemble import ParameterEnsemble as ParameterEnsemble
    from goldshell.exchange.parameter_ensemble import ensemble as ensemble
    from goldshell.exchange.petab import PetabFiles as PetabFiles
    from goldshell.exchange.petab import write_petab as write_petab
    from goldshell.exchange.problem import FitExperiment as FitExperiment
    from goldshell.exchange.problem import FitParameter as FitParameter
    from goldshell.exchange.problem import FitProblem as FitProblem
    from goldshell.exchange.problem import Prior as Prior
    from goldshell.exchange.problem import fit_parameter as fit_parameter
    from goldshell.exchange.problem_file import read_problem as read_problem
    from goldshell.exchange.protocol import protocol as protocol
    from goldshell.exchange.rate_law import Course as Course
    from goldshell.exchange.rate_law import RateLaw as RateLaw
    from goldshell.exchange.rate_law import integrate as integrate
    from goldshell.exchange.regression import OrderFit as OrderFit
    from goldshell.exchange.regression import RatePoint as RatePoint
    from goldshell.exchange.regression import fit_orders as fit_orders
    from goldshell.exchange.regression import read_rates as read_rates
    from goldshell.exchange.sbml import to_sbml as to_sbml
    from goldshell.exchange.schema import read_simulation as read_simulation
    from goldshell.exchange.sheet import Protocol as Protocol
    from goldshell.exchange.simulate import Simulation as Simulation
    from goldshell.exchange.simulate import States as States
    from goldshell.exchange.simulate import simulate as simulate
    from goldshell.exchange.simulate import solve as solve
    from goldshell.exchange.simulate_film import FilmSimulation as FilmSimulation
    from goldshell.exchange.simulate_film import simulate_film as simulate_film
    from goldshell.exchange.simulate_mixed import MixedExperiment as MixedExperiment
    from goldshell.exchange.simulate_mixed import MixedSimulation as MixedSimulation
    from goldshell.exchange.simulate_mixed import simulate_mixed as simulate_mixed
    from goldshell.exchange.stochastic import StochasticSimulation as StochasticSimulation
    from goldshell.exchange.stochastic import simulate_stochastic as simulate_stochastic
    from goldshell.exchange.target import Target as Target
    from goldshell.exchange.target import read_target as read_target
    from goldshell.exchange.traces import KineticTrace as KineticTrace
    from goldshell.exchange.traces import RateEstimate as RateEstimate
    from goldshell.exchange.traces import differentiate as differentiate
    from goldshell.exchange.traces import initial_rate as initial_rate
    from goldshell.exchange.traces import orders_from_traces as orders_from_traces
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
