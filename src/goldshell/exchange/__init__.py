"""Ligand exchange and etching of clusters: from the state of the flask to P(n) over time."""

from goldshell.exchange.conditions import make_experiment as make_experiment
from goldshell.exchange.experiment import Addition as Addition
from goldshell.exchange.experiment import Experiment as Experiment
from goldshell.exchange.experiment import Withdrawal as Withdrawal
from goldshell.exchange.models.well_mixed import Parameters as Parameters
from goldshell.exchange.schema import read_simulation as read_simulation
from goldshell.exchange.simulate import Simulation as Simulation
from goldshell.exchange.simulate import States as States
from goldshell.exchange.simulate import simulate as simulate
from goldshell.exchange.simulate import solve as solve
