"""asv: the interphase film by number of cells (its cost must grow linearly), and the stochastic model by event."""

from __future__ import annotations


class Film:
    """One hour of a two-phase vial, 61 outputs, 26 unknowns per cell, kernel already compiled."""

    params = ([100, 200, 400],)
    param_names = ("cells",)

    def setup(self, cells: int) -> None:
        from goldshell.exchange import make_experiment
        from goldshell.exchange.models.interphase_film import Parameters
        from goldshell.exchange.simulate_film import solve_film

        self.experiment = make_experiment(
            "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
            organic_ligand_mM=2.5,
        )  # fmt: skip
        self.parameters = Parameters()
        self.solve = solve_film
        self.solve(self.experiment, self.parameters, cells=10)

    def time_solve(self, cells: int) -> None:
        self.solve(self.experiment, self.parameters, cells=cells)

    def track_steps(self, cells: int) -> int:
        return self.solve(self.experiment, self.parameters, cells=cells).counts[0]


class Stochastic:
    """One repeat of M clusters in one pot at a feed of 6, kernel already compiled."""

    params = ([300, 3000],)
    param_names = ("clusters",)

    def setup(self, clusters: int) -> None:
        from goldshell.exchange import make_experiment
        from goldshell.exchange.stochastic import simulate_stochastic

        self.experiment = make_experiment(
            "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, water_ligand_mM=0.15
        )
        self.draw = simulate_stochastic
        self.draw(self.experiment, clusters=3, replicates=1)

    def time_draw(self, clusters: int) -> None:
        self.draw(self.experiment, clusters=clusters, replicates=1)
