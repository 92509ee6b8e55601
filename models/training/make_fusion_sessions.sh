#!/usr/bin/env bash
# Makes the sessions that the fusion network is trained on: make_fusion_sessions.sh OUT [FACTOR] renders every scene of scenes/ with
# several seeds, replays it through the engine, and keeps ticks and truth. Goes on where it was stopped. FACTOR 1 (default) is 120
# sessions of 90 s: about 30 minutes of one core (JOBS=2 for two), 0.3 GB. The models in models/ must be the ones that will be used (EEG decoder first).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$here/../..
out=${1:?usage: make_fusion_sessions.sh OUT [FACTOR]}; factor=${2:-1}
attend=${ATTEND:-$root/attend}
declare -A count=([interleaved]=24 [crossed]=20 [side-by-side]=16 [two]=10 [three]=10 [room]=16 [fast]=8 [slow]=8 [nobody]=8)
order=(interleaved crossed side-by-side two three room fast slow nobody)
mkdir -p "$out"

make_one() { # SCENE SEED
  local kept=$out/$1-$2 work=$out/.work-$1-$2
  if [ -d "$kept" ]; then return; fi
  rm -rf "$work"
  $attend simulate "$here/scenes/$1.yaml" --out "$work" --seed "$2" --seconds 90 >/dev/null
  $attend replay "$work" --ideal --out "$work/replay" >/dev/null
  mkdir "$work/kept"
  mv "$work/replay/ticks" "$work/replay/truth" "$work/kept/"
  mv "$work/kept" "$kept"
  rm -rf "$work"
  echo "$kept" >&2
}

# Round by round, so that a part of the sessions is a fair sample of all scenes.
for ((round = 0; round < 24 * factor; round++)); do
  for s in "${!order[@]}"; do
    scene=${order[$s]}
    ((round < count[$scene] * factor)) || continue
    while (($(jobs -rp | wc -l) >= ${JOBS:-1})); do wait -n; done
    make_one "$scene" $((300000 + 10000 * s + round)) &
  done
done
while (($(jobs -rp | wc -l) > 0)); do wait -n; done
