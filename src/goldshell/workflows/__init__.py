"""What joins two domains, or runs another part of goldshell many times."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.workflows.etching_from_uvvis import EtchingFit as EtchingFit
    from goldshell.workflows.etching_from_uvvis import fit_etching as fit_etching
    from goldshell.workflows.exchange_from_esi_ms import ExchangeData as ExchangeData
    from goldshell.workflows.exchange_from_esi_ms import exchange_data as exchange_data
    from goldshell.workflows.exchange_from_esi_ms import read_measured_shell as read_measured_shell
    from goldshell.workflows.sweep import Axis as Axis
    from goldshell.workflows.sweep import Sweep as Sweep
    from goldshell.workflows.sweep import sweep as sweep
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
