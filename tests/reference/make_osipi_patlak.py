"""Write osipi_patlak.csv: the nine Patlak cases of OSIPI's collection, thinned to four digits.

Source: OSIPI DCE-DSC-MRI_CodeCollection, test/DCEmodels/data/patlak_sd_0.02_delay_0.csv (Apache-2.0 licence), a digital
reference object without delay and with noise of SD 0.02. Run with the path of that file; columns: t [s], artery and
tissue of case k [mM]; the first two lines hold the true vp and ps [1/min].
"""

import csv
import sys
from pathlib import Path

csv.field_size_limit(10**7)
with open(sys.argv[1], encoding="utf-8") as file:
    cases = list(csv.DictReader(file))
columns = {"t": cases[0]["t"].split()}
for number, case in enumerate(cases, start=1):
    columns[f"artery_{number}"] = case["cp_aif"].split()
    columns[f"tissue_{number}"] = case["C_t"].split()
lines = [
    "# vp: " + " ".join(case["vp"] for case in cases),
    "# ps: " + " ".join(case["ps"] for case in cases),
    ",".join(columns),
]
lines += [",".join(f"{float(cell):.5g}" for cell in row) for row in zip(*columns.values(), strict=True)]
Path(__file__).with_name("osipi_patlak.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
