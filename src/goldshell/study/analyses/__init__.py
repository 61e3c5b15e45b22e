"""The kinds of analysis that a study may ask for, one module each."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated

from pydantic import Field

from goldshell.study.analyses import audit as audit
from goldshell.study.analyses import cells as cells
from goldshell.study.analyses import composition as composition
from goldshell.study.analyses import ct as ct
from goldshell.study.analyses import diffusivity as diffusivity
from goldshell.study.analyses import esi_ms as esi_ms
from goldshell.study.analyses import etching_from_uvvis as etching_from_uvvis
from goldshell.study.analyses import exchange_design as exchange_design
from goldshell.study.analyses import exchange_explained as exchange_explained
from goldshell.study.analyses import exchange_fit as exchange_fit
from goldshell.study.analyses import exchange_from_esi_ms as exchange_from_esi_ms
from goldshell.study.analyses import exchange_simulate as exchange_simulate
from goldshell.study.analyses import excretion as excretion
from goldshell.study.analyses import fate_design as fate_design
from goldshell.study.analyses import fate_explained as fate_explained
from goldshell.study.analyses import fate_fit as fate_fit
from goldshell.study.analyses import fate_nca as fate_nca
from goldshell.study.analyses import fate_simulate as fate_simulate
from goldshell.study.analyses import image_calibration as image_calibration
from goldshell.study.analyses import image_compare as image_compare
from goldshell.study.analyses import image_depth as image_depth
from goldshell.study.analyses import image_exvivo as image_exvivo
from goldshell.study.analyses import image_tac as image_tac
from goldshell.study.analyses import nmr as nmr
from goldshell.study.analyses import photoacoustic as photoacoustic
from goldshell.study.analyses import ranges as ranges
from goldshell.study.analyses import rates as rates
from goldshell.study.analyses import series as series
from goldshell.study.analyses import speciation as speciation
from goldshell.study.analyses import stability as stability
from goldshell.study.analyses import zeta as zeta

KINDS: dict[str, ModuleType] = {
    "rates": rates,
    "diffusivity": diffusivity,
    "speciation": speciation,
    "ranges": ranges,
    "composition": composition,
    "series": series,
    "excretion": excretion,
    "exchange_simulate": exchange_simulate,
    "exchange_fit": exchange_fit,
    "exchange_design": exchange_design,
    "exchange_explained": exchange_explained,
    "fate_simulate": fate_simulate,
    "fate_fit": fate_fit,
    "fate_nca": fate_nca,
    "fate_design": fate_design,
    "fate_explained": fate_explained,
    "cells": cells,
    "etching_from_uvvis": etching_from_uvvis,
    "stability": stability,
    "nmr": nmr,
    "zeta": zeta,
    "esi_ms": esi_ms,
    "exchange_from_esi_ms": exchange_from_esi_ms,
    "image_tac": image_tac,
    "image_compare": image_compare,
    "image_exvivo": image_exvivo,
    "image_calibration": image_calibration,
    "image_depth": image_depth,
    "ct": ct,
    "photoacoustic": photoacoustic,
    "audit": audit,
}

AnySettings = Annotated[
    rates.Settings
    | diffusivity.Settings
    | speciation.Settings
    | ranges.Settings
    | composition.Settings
    | series.Settings
    | excretion.Settings
    | exchange_simulate.Settings
    | exchange_fit.Settings
    | exchange_design.Settings
    | exchange_explained.Settings
    | fate_simulate.Settings
    | fate_fit.Settings
    | fate_nca.Settings
    | fate_design.Settings
    | fate_explained.Settings
    | cells.Settings
    | etching_from_uvvis.Settings
    | stability.Settings
    | nmr.Settings
    | zeta.Settings
    | esi_ms.Settings
    | exchange_from_esi_ms.Settings
    | image_tac.Settings
    | image_compare.Settings
    | image_exvivo.Settings
    | image_calibration.Settings
    | image_depth.Settings
    | ct.Settings
    | photoacoustic.Settings
    | audit.Settings,
    Field(discriminator="kind"),
]
