#!/usr/bin/env bash
# Makes the embedded default speech: eight synthetic talkers t1 to t8 reading the stories in texts/ (our own), as 16 kHz mono
# WAV files. Needs flite (Debian package flite; voices kal16, awb, rms, slt). Deterministic: same flite, same bytes.
# Idempotent: a file that is there is kept; files appear under their final name only when complete.
# usage: make-default-speech.sh [FOLDER]     default: $ATTEND_SPEECH, or ~/.cache/attention-engine/speech/v1
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-${ATTEND_SPEECH:-$HOME/.cache/attention-engine/speech/v1}}

# talker, flite voice, then options: slt and awb take a factor on f0, the diphone voice kal16 a mean f0 in Hz, rms neither.
talkers=(
  "t1 slt    --setf duration_stretch=0.95"
  "t2 rms    --setf duration_stretch=0.90"
  "t3 awb    --setf duration_stretch=1.00"
  "t4 kal16  --setf int_f0_target_mean=105 --setf int_f0_target_stddev=16 --setf duration_stretch=1.12"
  "t5 slt    --setf f0_shift=1.22 --setf duration_stretch=1.05"
  "t6 awb    --setf f0_shift=1.30 --setf duration_stretch=0.96"
  "t7 awb    --setf f0_shift=0.82 --setf duration_stretch=1.06"
  "t8 kal16  --setf int_f0_target_mean=150 --setf int_f0_target_stddev=24 --setf duration_stretch=1.18"
)

missing=()
for line in "${talkers[@]}"; do
  read -r talker _ <<<"$line"
  [ -s "$out/$talker.wav" ] || missing+=("$line")
done
if [ ${#missing[@]} -eq 0 ]; then echo "speech: $out is complete" >&2; exit 0; fi

command -v flite >/dev/null || { echo "speech: flite is missing; install it (apt-get install flite)" >&2; exit 3; }
mkdir -p "$out" || { echo "speech: $out cannot be made; set ATTEND_SPEECH to a folder that can" >&2; exit 2; }
partial=$(mktemp -d "$out/.partial.XXXXXX")
trap 'rm -rf "$partial"' EXIT
for line in "${missing[@]}"; do
  read -r talker voice options <<<"$line"
  # shellcheck disable=SC2086 # the options are words
  flite -voice "$voice" $options "$here/texts/$talker.txt" "$partial/$talker.wav"
  [ -s "$partial/$talker.wav" ] || { echo "speech: flite wrote nothing for $talker" >&2; exit 1; }
  mv "$partial/$talker.wav" "$out/$talker.wav"
  echo "speech: $out/$talker.wav" >&2
done
