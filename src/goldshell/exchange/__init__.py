"""Ligand exchange and etching of clusters: from the state of the flask to P(n) over time."""

from goldshell.exchange.conditions import make_experiment as make_experiment
from goldshell.exchange.experiment import Addition as Addition
from goldshell.exchange.experiment import Experiment as Experiment
from goldshell.exchange.experiment import Withdrawal as Withdrawal
from goldshell.exchange.models.well_mixed import Parameters as Parameters
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
from goldshell.exchange.traces import KineticTrace as KineticTrace
from goldshell.exchange.traces import RateEstimate as RateEstimate
from goldshell.exchange.traces import differentiate as differentiate
from goldshell.exchange.traces import initial_rate as initial_rate
from goldshell.exchange.traces import orders_from_traces as orders_from_traces
