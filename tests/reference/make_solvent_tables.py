"""Writes literature/tables/solvents.csv, solvent_names.csv and solvent_viscosity.csv.

Feeds: goldshell.transport (through those tables). Run by hand with the MIT-licensed package `chemicals` 1.5.2, which is
not a dependency of goldshell: it carries the coefficients of Perry's Handbook (8th ed., Tables 2-32 and 2-313), the
permittivity polynomials of the CRC Handbook, and the viscosity correlations of Viswanath & Natarajan, and the IAPWS
equations for water. Everything evaluated here is stored with status `derived`; what is copied from a publication or
handbook stands in HANDBOOK below.

    python tests/reference/make_solvent_tables.py src/goldshell/literature/tables
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from chemicals import permittivity, viscosity, volume
from chemicals.dippr import EQ101, EQ105
from chemicals.iapws import iapws95_rho

T = 298.15
WEIGHTS = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "S": 32.06, "Cl": 35.45}  # prohaska2022
# name: (CAS, formula, SMILES, other names)
SOLVENTS = {
    "water": ("7732-18-5", "H2O", "O", "H2O"),
    "ethyl acetate": ("141-78-6", "C4H8O2", "CCOC(C)=O", "EA; EtOAc; AcOEt"),
    "1-octanol": ("111-87-5", "C8H18O", "CCCCCCCCO", "octanol; n-octanol; octan-1-ol"),
    "1-hexanol": ("111-27-3", "C6H14O", "CCCCCCO", "hexanol; n-hexanol; hexan-1-ol"),
    "1-pentanol": ("71-41-0", "C5H12O", "CCCCCO", "pentanol; n-pentanol; pentan-1-ol; amyl alcohol"),
    "1-butanol": ("71-36-3", "C4H10O", "CCCCO", "butanol; n-butanol; butan-1-ol; BuOH"),
    "1-propanol": ("71-23-8", "C3H8O", "CCCO", "propanol; n-propanol; propan-1-ol; PrOH"),
    "2-propanol": ("67-63-0", "C3H8O", "CC(C)O", "isopropanol; IPA; iPrOH; propan-2-ol"),
    "ethanol": ("64-17-5", "C2H6O", "CCO", "EtOH"),
    "methanol": ("67-56-1", "CH4O", "CO", "MeOH"),
    "toluene": ("108-88-3", "C7H8", "Cc1ccccc1", "PhMe"),
    "benzene": ("71-43-2", "C6H6", "c1ccccc1", ""),
    "dichloromethane": ("75-09-2", "CH2Cl2", "ClCCl", "DCM; methylene chloride; CH2Cl2"),
    "chloroform": ("67-66-3", "CHCl3", "ClC(Cl)Cl", "CHCl3; trichloromethane"),
    "acetone": ("67-64-1", "C3H6O", "CC(C)=O", "propanone"),
    "2-butanone": ("78-93-3", "C4H8O", "CCC(C)=O", "MEK; methyl ethyl ketone; butanone"),
    "4-methyl-2-pentanone": ("108-10-1", "C6H12O", "CC(=O)CC(C)C", "MIBK; methyl isobutyl ketone"),
    "acetonitrile": ("75-05-8", "C2H3N", "CC#N", "MeCN; ACN"),
    "N,N-dimethylformamide": ("68-12-2", "C3H7NO", "CN(C)C=O", "DMF; dimethylformamide"),
    "dimethyl sulfoxide": ("67-68-5", "C2H6OS", "CS(C)=O", "DMSO"),
    "tetrahydrofuran": ("109-99-9", "C4H8O", "C1CCOC1", "THF"),
    "2-methyltetrahydrofuran": ("96-47-9", "C5H10O", "CC1CCCO1", "2-MeTHF; MeTHF"),
    "1,4-dioxane": ("123-91-1", "C4H8O2", "C1COCCO1", "dioxane"),
    "diethyl ether": ("60-29-7", "C4H10O", "CCOCC", "ether; Et2O"),
    "methyl tert-butyl ether": ("1634-04-4", "C5H12O", "COC(C)(C)C", "MTBE; tert-butyl methyl ether"),
    "n-butyl acetate": ("123-86-4", "C6H12O2", "CCCCOC(C)=O", "butyl acetate; BuOAc"),
    "hexane": ("110-54-3", "C6H14", "CCCCCC", "n-hexane"),
    "heptane": ("142-82-5", "C7H16", "CCCCCCC", "n-heptane"),
    "cyclohexane": ("110-82-7", "C6H12", "C1CCCCC1", ""),
}
COLUMNS = ("solvent", "property", "value", "unit", "temperature_K", "source", "preferred", "status", "note")
UNCHECKED = "page not re-read"
VISCOSITY, DENSITY, EPSILON = "viscosity", "density", "relative_permittivity"
IN_WATER, OF_WATER = "solubility_in_water", "solubility_of_water"

# (solvent, property, value, unit, temperature, source, preferred, status, note)
HANDBOOK: list[tuple[str, str, float, str, float | None, str, bool, str, str]] = []


def _add(property_name: str, unit: str, source: str, note: str, values: dict[str, float], *, preferred: bool = True,
         status: str = "quoted", temperature: float | None = T) -> None:  # fmt: skip
    for solvent, value in values.items():
        HANDBOOK.append((solvent, property_name, value, unit, temperature, source, preferred, status, note))


_add(VISCOSITY, "mPa*s", "haynes2016", f"Section 6, Viscosity of Liquids, 25 degC column; {UNCHECKED}",
     {"water": 0.890, "ethyl acetate": 0.423, "1-octanol": 7.288, "1-hexanol": 4.578, "1-pentanol": 3.619,
      "1-butanol": 2.544}, preferred=False)  # fmt: skip
_add(VISCOSITY, "mPa*s", "haynes2016", "Section 6, Viscosity of Liquids, 25 degC column",
     {"acetonitrile": 0.369, "ethanol": 1.074, "dimethyl sulfoxide": 1.987, "diethyl ether": 0.224,
      "N,N-dimethylformamide": 0.794, "1,4-dioxane": 1.177}, preferred=False)  # fmt: skip
_add(VISCOSITY, "mPa*s", "aycock2007", f"only a 25 degC value is at hand; {UNCHECKED}",
     {"2-methyltetrahydrofuran": 0.46})  # fmt: skip
_add(DENSITY, "kg/m^3", "aycock2007", UNCHECKED, {"2-methyltetrahydrofuran": 854.0}, temperature=293.15)

_add("association_factor", "1", "wilke1955", "recommended by Wilke & Chang, restated by Reid et al. (1987) p. 599",
     {"water": 2.6, "methanol": 1.9, "ethanol": 1.5, "benzene": 1.0, "diethyl ether": 1.0, "heptane": 1.0},
     temperature=None)  # fmt: skip
_add("association_factor", "1", "wilke1955", "unassociated solvents are 1 by Wilke & Chang",
     dict.fromkeys(("toluene", "hexane", "cyclohexane", "dichloromethane", "chloroform", "1,4-dioxane",
      "methyl tert-butyl ether", "tetrahydrofuran", "2-methyltetrahydrofuran", "ethyl acetate",
      "n-butyl acetate"), 1.0),
     temperature=None, status="derived")  # fmt: skip
_add("association_factor", "1", "wilke1955", "assumed 1: Wilke & Chang give no value for this associating or dipolar "
     "solvent", dict.fromkeys(("1-propanol", "2-propanol", "1-butanol", "1-pentanol", "1-hexanol",
      "1-octanol", "acetone", "2-butanone", "4-methyl-2-pentanone", "acetonitrile", "N,N-dimethylformamide",
      "dimethyl sulfoxide"), 1.0), temperature=None, status="estimated")  # fmt: skip
_add("association_factor", "1", "hayduk1974", "revised from diffusivities measured after 1950", {"water": 2.26},
     preferred=False, temperature=None)  # fmt: skip
_add("molar_volume_boiling", "cm^3/mol", "treybal1980", "Table 2.3; the Le Bas sum of atoms (14.8) is not used for "
     "water", {"water": 18.9}, temperature=373.15)  # fmt: skip

_add("polarity_index", "1", "snyder1978", f"P'; {UNCHECKED}",
     {"water": 10.2, "ethyl acetate": 4.4, "1-octanol": 3.4, "1-butanol": 3.9, "1-propanol": 4.0, "2-propanol": 3.9,
      "ethanol": 4.3, "methanol": 5.1, "toluene": 2.4, "benzene": 2.7, "dichloromethane": 3.1, "chloroform": 4.1,
      "acetone": 5.1, "2-butanone": 4.7, "acetonitrile": 5.8, "N,N-dimethylformamide": 6.4,
      "dimethyl sulfoxide": 7.2, "tetrahydrofuran": 4.0, "1,4-dioxane": 4.8, "diethyl ether": 2.8, "hexane": 0.1,
      "cyclohexane": 0.2})  # fmt: skip
_add("polarity_index", "1", "snyder1978", "not in Snyder's list: interpolated on carbon number between 1-butanol 3.9 "
     "and 1-octanol 3.4", {"1-pentanol": 3.775, "1-hexanol": 3.65}, status="estimated")  # fmt: skip
_add("polarity_index", "1", "snyder1978", f"value of the isomer 3-methyl-1-butanol; {UNCHECKED}", {"1-pentanol": 3.7},
     preferred=False)  # fmt: skip
_add("polarity_index", "1", "zhang2026", "end of the range that the paper quotes",
     {"ethyl acetate": 4.4, "1-octanol": 3.4}, preferred=False)  # fmt: skip
_add("polarity_et_n", "1", "reichardt2003", f"normalised ET(30), tetramethylsilane 0, water 1; {UNCHECKED}",
     {"water": 1.0, "ethyl acetate": 0.228, "1-octanol": 0.537, "1-hexanol": 0.559, "1-pentanol": 0.568,
      "1-butanol": 0.586, "1-propanol": 0.617, "2-propanol": 0.546, "ethanol": 0.654, "methanol": 0.762,
      "toluene": 0.099, "benzene": 0.111, "dichloromethane": 0.309, "chloroform": 0.259, "acetone": 0.355,
      "2-butanone": 0.327, "acetonitrile": 0.460, "N,N-dimethylformamide": 0.386, "dimethyl sulfoxide": 0.444,
      "tetrahydrofuran": 0.207, "1,4-dioxane": 0.164, "diethyl ether": 0.117, "hexane": 0.009,
      "cyclohexane": 0.006})  # fmt: skip

for _name, _in_water, _of_water, _temperature, _source, _preferred, _status, _note in (
    ("ethyl acetate", 8.08, 2.94, T, "riddick1986", True, "quoted", UNCHECKED),
    ("1-butanol", 7.4, 20.3, 298.2, "skrzecz1999", True, "quoted", "Letcher & Siswana 1992 as compiled there"),
    ("1-butanol", 7.45, 20.5, T, "riddick1986", False, "quoted", UNCHECKED),
    ("1-pentanol", 2.19, None, T, "riddick1986", True, "quoted", UNCHECKED),
    ("1-pentanol", None, 9.0, 298.2, "skrzecz1999", True, "derived", "recommended mole fraction of alcohol 0.674"),
    ("1-pentanol", 2.31, None, 293.2, "skrzecz1999", False, "derived", "recommended mole fraction 0.00481 at 293 K"),
    ("1-pentanol", None, 7.46, T, "riddick1986", False, "quoted", UNCHECKED),
    ("1-hexanol", 0.6, 6.8, 298.2, "skrzecz1999", True, "quoted", "Letcher et al. 1986 as compiled there"),
    ("1-octanol", 0.0542, 4.59, 298.2, "skrzecz1999", True, "derived",
     "recommended mole fractions of alcohol 7.5e-5 and 0.742"),
    ("hexane", 0.00123, None, T, "leinonen1973", True, "quoted", "12.3 mg/dm^3"),
    ("hexane", None, 0.0113, 293.2, "skrzecz1999", True, "derived", "recommended mole fraction of hexane 0.99946"),
    ("toluene", 0.0515, 0.0334, T, "riddick1986", True, "quoted", UNCHECKED),
    ("dichloromethane", 1.30, 0.198, T, "riddick1986", True, "quoted", UNCHECKED),
    ("diethyl ether", 6.05, 1.468, T, "riddick1986", True, "quoted", UNCHECKED),
    ("2-methyltetrahydrofuran", 14.4, 4.4, 296.15, "aycock2007", True, "quoted", UNCHECKED),
):  # fmt: skip
    for _property, _value in ((IN_WATER, _in_water), (OF_WATER, _of_water)):
        if _value is not None:
            HANDBOOK.append((_name, _property, _value, "%", _temperature, _source, _preferred, _status, _note))
for _property in (IN_WATER, OF_WATER):
    _add(_property, "%", "riddick1986", "miscible in all proportions",
         dict.fromkeys(("1-propanol", "2-propanol", "ethanol", "methanol", "acetone", "acetonitrile",
          "N,N-dimethylformamide", "dimethyl sulfoxide", "tetrahydrofuran", "1,4-dioxane"), 100.0))  # fmt: skip
_add(
    "interfacial_tension_water",
    "mN/m",
    "donahue1952",
    f"mutually saturated phases; {UNCHECKED}, compilations give 20-30 degC",
    {"ethyl acetate": 6.8, "1-butanol": 1.8, "1-pentanol": 4.4, "1-hexanol": 6.8, "1-octanol": 8.5},
)
# fmt: on


def _mass(formula: str) -> float:
    return sum(WEIGHTS[element] * int(count or 1) for element, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula))


def _viscosities(cas: str) -> dict[str, float]:
    """Viscosity at 298.15 K by each correlation that covers it [mPa s]."""
    found = {}
    perry = viscosity.mu_data_Perrys_8E_2_313
    if cas in perry.index and perry.loc[cas].Tmin <= T <= perry.loc[cas].Tmax and cas != "7732-18-5":
        row = perry.loc[cas]
        found["green2007"] = EQ101(T, row.C1, row.C2, row.C3, row.C4, row.C5) * 1e3
    three = viscosity.mu_data_VN3
    if cas in three.index and three.loc[cas].Tmin <= T <= three.loc[cas].Tmax and cas not in _VN3_OUTLIERS:
        row = three.loc[cas]
        found["viswanath1989"] = float(viscosity.Viswanath_Natarajan_3(T, row.A, row.B, row.C))
    return found


_VN3_OUTLIERS = {
    "7732-18-5",  # water has the IAPWS equation
    "64-17-5",  # coefficients of ethanol as carried by the package give 3.1 mPa s
    "75-05-8",  # acetonitrile 0.485 mPa s
}


def main(folder: Path) -> None:
    rows: list[tuple[object, ...]] = []
    curves: list[tuple[object, ...]] = []
    for name, (cas, formula, _, _) in SOLVENTS.items():
        rows.append(
            (name, "molar_mass", f"{_mass(formula):.3f}", "g/mol", "", "prohaska2022", "yes", "derived", formula)
        )
        for source, value in _viscosities(cas).items():
            value = value / 1e3 if value > 50 else value  # the 3-term equation returns µPa s
            preferred = "yes" if source == "green2007" else "no"
            table = "Table 2-313" if source == "green2007" else "three-term equation"
            rows.append(
                (name, VISCOSITY, f"{value:.4g}", "mPa*s", T, source, preferred, "derived", f"{table} at 298.15 K")
            )
        if name == "water":
            rows.append((name, VISCOSITY, "0.8900", "mPa*s", T, "patek2009", "yes", "derived", "0.1 MPa equation"))
            rows.append((name, DENSITY, f"{iapws95_rho(T, 101325.0):.2f}", "kg/m^3", T, "wagner2002", "yes", "derived",
                         "IAPWS-95 at 298.15 K and 0.101325 MPa"))  # fmt: skip
        elif cas in volume.rho_data_Perry_8E_105_l.index:
            row = volume.rho_data_Perry_8E_105_l.loc[cas]
            density = EQ105(T, row.C1, row.C2, row.C3, row.C4) * _mass(formula) / 1000.0
            rows.append((name, DENSITY, f"{density:.1f}", "kg/m^3", T, "green2007", "yes", "derived", "Table 2-32"))
        if cas in permittivity.permittivity_data_CRC.index:
            row = permittivity.permittivity_data_CRC.loc[cas]
            coefficients = [0.0 if value != value else value for value in (row.A, row.B, row.C, row.D)]
            if row.Tmin <= T <= row.Tmax:
                epsilon = sum(value * T**power for power, value in enumerate(coefficients))
                rows.append((name, EPSILON, f"{epsilon:.4g}", "1", T, "haynes2014", "yes", "derived",
                             "Section 6, Permittivity of Liquids: polynomial at 298.15 K"))  # fmt: skip
            else:
                rows.append((name, EPSILON, row.Permittivity, "1", row["T"], "haynes2014", "yes", "quoted",
                             "Section 6, Permittivity of Liquids"))  # fmt: skip
        perry = viscosity.mu_data_Perrys_8E_2_313
        if name == "water":
            curves.append((name, "patek", 280.68, 511.45, 61.131, 0.45903, -1.9, -7.7, -19.6, -40.0, 253.15, 383.15,
                           "patek2009"))  # fmt: skip
        elif cas in perry.index:
            row = perry.loc[cas]
            curves.append((name, "dippr101", row.C1, row.C2, row.C3, row.C4, row.C5, "", "", "", row.Tmin, row.Tmax,
                           "green2007"))  # fmt: skip
    for solvent, property_name, value, unit, temperature, source, preferred, status, note in HANDBOOK:
        rows.append((solvent, property_name, f"{value:g}", unit, "" if temperature is None else temperature, source,
                     "yes" if preferred else "no", status, note))  # fmt: skip
    order = {name: position for position, name in enumerate(SOLVENTS)}
    rows.sort(key=lambda item: (order[str(item[0])], str(item[1]), str(item[6]) == "no"))
    _write(folder / "solvents.csv", COLUMNS, rows)
    _write(folder / "solvent_viscosity.csv",
           ("solvent", "equation", *(f"C{i}" for i in range(1, 9)), "Tmin_K", "Tmax_K", "source"), curves)  # fmt: skip
    names = [(name, cas, smiles, other) for name, (cas, _, smiles, other) in SOLVENTS.items()]
    _write(folder / "solvent_names.csv", ("solvent", "cas", "smiles", "other_names"), names)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
