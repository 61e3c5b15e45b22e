"""Numerics shared by the domains: parameters of models, estimates, fits."""

from goldshell.numerics.estimate import Estimate as Estimate
from goldshell.numerics.information import aicc as aicc
from goldshell.numerics.parameters import ParameterInfo as ParameterInfo
from goldshell.numerics.parameters import TestPoint as TestPoint
from goldshell.numerics.parameters import describe_parameters as describe_parameters
from goldshell.numerics.parameters import parameter as parameter
