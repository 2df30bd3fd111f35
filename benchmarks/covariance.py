"""Write the covariance file of a material: ``python -m benchmarks.covariance``.

Run it after a calibration, or after a change of a range. It takes some minutes.
"""

import argparse
from pathlib import Path

from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.joint_covariance import joint_covariance
from nfpcell.studies.draws import covariance_path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fit", help="such as calibration_shipped")
    parser.add_argument("material", type=Path, help="parameter_sets/yamauchi2020.toml")
    parser.add_argument("--model", default="particle", help="or full")
    args = parser.parse_args()
    covariance = joint_covariance(FitPlan.load(args.fit), args.material, args.model)
    path = covariance_path(args.material)
    path.write_text(covariance.to_csv(), encoding="utf-8")


if __name__ == "__main__":
    main()
