"""Rate laws of etching and exchange, one per file: (cluster [mM], thiol [mM]) -> rate [mM/h]."""

from goldshell.exchange.models import langmuir as langmuir
from goldshell.exchange.models import oxygen_limited as oxygen_limited
from goldshell.exchange.models import power_law as power_law
from goldshell.exchange.models import two_thiol_attack as two_thiol_attack
