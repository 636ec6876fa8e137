#!/usr/bin/env bash
# What a GPU shows and a processor cannot: every kernel on fresh random inputs against the processor, then speed against PyTorch and the chip's limits, as a table. Under ten minutes.
#
#   bench/gpu.sh [--program FILE] [--device cuda:0|emulator] [--quick] [--json FOLDER]
#
# The machine needs an NVIDIA driver, and Python 3 with PyTorch for the other side; .NET it needs not, if FILE is the program that this script publishes where there is .NET:
#   bench/gpu.sh --publish FOLDER
# The emulator tries all of it at toy sizes. The exit code is 1 where a kernel disagrees or a case of RawFuse's fails; a target that is not reached, or a missing PyTorch, is no failure.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# Seconds that each part may take; 9 minutes together.
check_seconds=240 speed_seconds=150 torch_seconds=150

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$here/gpu.sh" >&2
  exit 2
}

publish() {
  dotnet publish "$here/RawFuse.GpuBench" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:DebugType=none -o "$1" >&2
}

program='' device=cuda:0 quick='' results=''
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=--quick; shift; continue ;;
    --program | --device | --json | --publish) [ $# -gt 1 ] || usage ;;
    *) usage ;;
  esac
  case "$1" in
    --program) program=$2 ;;
    --device) device=$2 ;;
    --json) results=$2 ;;
    --publish) publish "$2"; echo "$2/RawFuse.GpuBench"; exit 0 ;;
  esac
  shift 2
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -z "$program" ]; then
  if ! command -v dotnet > /dev/null; then
    echo "There is no .NET here to build RawFuse.GpuBench with; give the program by --program FILE." >&2
    exit 2
  fi
  publish "$scratch/program"
  program=$scratch/program/RawFuse.GpuBench
fi
results=${results:-$scratch/results}
mkdir -p "$results"

status=0
echo "== Right? =="
"$program" check --device "$device" $quick --seconds $check_seconds --json "$results/check.jsonl" || status=1
echo
echo "== Fast? =="
"$program" speed --device "$device" $quick --seconds $speed_seconds --json "$results/rawfuse.jsonl" || status=1
echo
echo "== PyTorch =="
rm -f "$results/torch.jsonl"
if command -v python3 > /dev/null; then
  # It stops by itself; the limit is for a case that hangs.
  timeout $((torch_seconds + 60)) python3 "$here/gpu_torch.py" --device "$device" $quick --seconds $torch_seconds --json "$results/torch.jsonl" || echo "(exit code $?)"
else
  echo "There is no Python 3 here."
fi
echo
"$program" table "$results"
exit $status
