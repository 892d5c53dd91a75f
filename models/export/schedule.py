"""A checkpoint's scheduler_config.json to the manifest's `scheduler`, as diffusers' `LCMScheduler.from_config` takes it over.

    python schedule.py scheduler_config.json      # prints it; needs nothing but Python

server/engine/folder/scheduler.ts reads the same file of an ONNX folder; server/models/export-schedule.integration.test.ts
holds the two together.
"""

import json
import pathlib
import sys

BETA_SCHEDULES = ("scaled_linear", "linear", "squaredcos_cap_v2")
PREDICTION_TYPES = ("epsilon", "sample", "v_prediction")
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
REMEDY = "choose another checkpoint, or correct its scheduler/scheduler_config.json"


def refuse(found, expected):
    raise SystemExit(f"The checkpoint's scheduler has {found}, expected {expected}: {REMEDY}")


def read_schedule(config):
    """All of the manifest's `scheduler` but what strength means. Exits with what was found where the manifest cannot say it."""
    own = config.get("_class_name") == "LCMScheduler"
    said = {field: value for field, value in config.items() if value is not None}
    if "trained_betas" in said:
        refuse("trained_betas", "beta_start, beta_end and beta_schedule")
    missing = [field for field in BETAS if field not in said]
    if missing and not own:
        # Each class has its own default for these, and some have no betas at all.
        refuse(f"no {' and no '.join(missing)} ({said.get('_class_name', 'no _class_name')})", "all of " + ", ".join(BETAS))
    said = {**BETAS, "prediction_type": "epsilon", "rescale_betas_zero_snr": False, **said}
    for field, allowed in (("beta_schedule", BETA_SCHEDULES), ("prediction_type", PREDICTION_TYPES)):
        if said[field] not in allowed:
            refuse(f"{field} {said[field]}", ", ".join(allowed))
    if said["rescale_betas_zero_snr"] and said["prediction_type"] == "epsilon":
        # At zero SNR the first step has no signal, and x0 from epsilon is divided by it.
        refuse("rescale_betas_zero_snr with prediction_type epsilon", "v_prediction or sample with it")
    return {
        "predictionType": said["prediction_type"],
        "betaStart": said["beta_start"],
        "betaEnd": said["beta_end"],
        "betaSchedule": said["beta_schedule"],
        "numTrainTimesteps": said.get("num_train_timesteps", 1000),
        "originalInferenceSteps": said.get("original_inference_steps", 50),
        "timestepScaling": said.get("timestep_scaling", 10),
        # Another scheduler's own limits on x0 mean nothing to an LCM.
        "clipSample": own and said.get("clip_sample", False),
        "clipSampleRange": said.get("clip_sample_range", 1),
        "thresholding": own and said.get("thresholding", False),
        "dynamicThresholdingRatio": said.get("dynamic_thresholding_ratio", 0.995),
        "sampleMaxValue": said.get("sample_max_value", 1),
        "setAlphaToOne": said.get("set_alpha_to_one", True),
        "rescaleBetasZeroSnr": said["rescale_betas_zero_snr"],
    }


if __name__ == "__main__":
    print(json.dumps(read_schedule(json.loads(pathlib.Path(sys.argv[1]).read_text())), indent=2))
