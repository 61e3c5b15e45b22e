"""The kinds of analysis that a study may ask for, one module each."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated

from pydantic import Field

from goldshell.study.analyses import excretion as excretion
from goldshell.study.analyses import series as series

KINDS: dict[str, ModuleType] = {"series": series, "excretion": excretion}

AnySettings = Annotated[series.Settings | excretion.Settings, Field(discriminator="kind")]
