#!/usr/bin/env bash
# Trains the fusion network: train_fusion.sh SESSIONS_FOLDER... (written by `attend simulate` + `attend replay`), or
# train_fusion.sh --synthetic for the provisional model. Needs python3-torch and python3-onnx (Debian); one core.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
if [ "${1:-}" = --synthetic ]; then shift; set -- --synthetic 48 "$@"; else set -- --sessions "$@"; fi
exec /usr/bin/python3 "$here/fusion/train.py" --out "${FUSION_OUT:-$here/../fusion}" "$@"
