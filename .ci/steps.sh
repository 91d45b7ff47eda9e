# Steps of a run, for .ci/run, which sources this file (bash, errexit). Each step is told with all
# it said once it has ended, its tests are counted, and none lasts longer than $step_limit.
#
#   step NAME COMMAND…    runs it now
#   begin_beside LANE     runs a function beside what follows; its steps are `aside NAME COMMAND…`,
#                         one after another
#   end_beside            waits for those, and tells each
#
# A step's `tests:` lines are added up; a command without any counts as one test. What it said goes
# through with those lines marked, so that only the last line of the run is the total.
# At exit what failed is told once more, then `tests: N passed, N failed, N skipped`.

step_limit=${step_limit:-15m}
passed=0
failed=0
skipped=0
beside=
scratch=$(mktemp -d)
running=
trap closing EXIT
# Ended from outside a run says so, and leaves nothing behind that it started.
trap 'exit 143' TERM
trap 'exit 130' INT

closing() {
  local status=$?
  trap - EXIT
  trap '' TERM INT
  if [[ -n $running ]]; then
    kill "$running" 2>/dev/null || true
    wait "$running" || true
  fi
  if [[ -n $beside ]]; then
    kill "$beside" 2>/dev/null || true
    end_beside || true
  fi
  if ((status != 0 && failed == 0)); then failed=1; fi
  # Once more at the end of a long log: what failed, and what passed only when tried again.
  cat "$scratch/troubles" 2>/dev/null || true
  rm -rf "$scratch"
  echo "tests: $passed passed, $failed failed, $skipped skipped"
  if ((failed > 0)); then exit 1; fi
}

limited() {
  exec timeout --kill-after=10s "$step_limit" "$@"
}

step() {
  local name=$1 status=0 started=$SECONDS
  shift
  echo "=== $name"
  # Beside the shell, which else would hear of its own end only after the step's.
  limited "$@" >"$scratch/step.log" 2>&1 </dev/null &
  running=$!
  wait "$running" || status=$?
  running=
  tell "$name" "$scratch/step.log" "$status" $((SECONDS - started))
}

# tell NAME LOG STATUS SECONDS: shows what a step said, and counts it.
tell() {
  local name=$1 log=$2 status=$3 ran_failed=0 counted=0 p f s
  sed 's/^tests: /  of these: /' "$log"
  while read -r p f s; do
    counted=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    ran_failed=$((ran_failed + f))
  done < <(sed -nE 's/^tests: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log")
  if ((status != 0 && ran_failed == 0)); then
    failed=$((failed + 1))
  elif ((status == 0 && counted == 0)); then
    passed=$((passed + 1))
  fi
  sed -nE "s/^(failed|second attempt): /&$name: /p" "$log" >>"$scratch/troubles"
  if ((status != 0)); then
    echo "=== $name FAILED (status $status)" | tee -a "$scratch/troubles"
  fi
  echo "=== $name took $4 s"
  return "$status"
}

begin_beside() {
  (
    trap - EXIT TERM INT
    running=
    "$@"
  ) &
  beside=$!
}

# Only in what `begin_beside` runs: its own count of steps names their files.
aside() {
  local name=$1 status=0 started=$SECONDS
  shift
  asides=$((${asides:-0} + 1))
  local files=$scratch/aside.$asides
  : >"$files.log"
  printf '%s\n' "$name" >"$files.name"
  # Whoever ends the run ends this step with it.
  trap 'kill "${!:-}" 2>/dev/null || true; wait; exit 143' TERM
  limited "$@" >"$files.log" 2>&1 </dev/null &
  wait "$!" || status=$?
  trap - TERM
  printf '%s %s\n' "$status" $((SECONDS - started)) >"$files.end"
}

# Fails where one of the steps did, or what ran them.
end_beside() {
  local lane=0 status=0 at=1 name end seconds
  wait "$beside" || lane=$?
  beside=
  for ((; ; at++)); do
    [[ -e $scratch/aside.$at.name ]] || break
    name=$(<"$scratch/aside.$at.name")
    # One that was ended with the run has no end of its own.
    read -r end seconds 2>/dev/null <"$scratch/aside.$at.end" || end=143 seconds=0
    echo "=== $name (beside the steps above)"
    tell "$name" "$scratch/aside.$at.log" "$end" "$seconds" || status=1
  done
  if ((lane != 0 && status == 0)); then
    echo "=== what ran beside FAILED (status $lane)" | tee -a "$scratch/troubles"
    failed=$((failed + 1)) status=1
  fi
  return "$status"
}
