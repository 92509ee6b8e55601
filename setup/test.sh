# ./attend test: the native tests (CTest), then the managed ones, then one line with the sum.

run_tests() {
    local left_out=(tier=long tier=system) filter=() rest=() word
    while [[ $# -gt 0 ]]; do
        case $1 in
        --long) left_out=("${left_out[@]/tier=long/}") ;;
        --system) left_out=("${left_out[@]/tier=system/}") ;;
        *) rest+=("$1") ;;
        esac
        shift
    done
    for word in "${left_out[@]}"; do [[ -z $word ]] || filter+=("$word"); done
    [[ ${#filter[@]} -eq 0 ]] || filter=(--filter-not-trait "${filter[@]}")
    [[ -f $test_dll ]] || die 2 "$test_dll is not there. Run ./attend setup (ATTEND_SKIP_SETUP=1 skipped it)."
    mkdir -p "$logs"

    passed=0 failed=0 skipped=0
    local status=0
    # Arguments of your own select managed tests; the native ones are all or nothing, so they run only without.
    if [[ ${#rest[@]} -eq 0 ]]; then native_tests || status=1; fi
    managed_tests "${filter[@]}" "${rest[@]}" || status=1
    if [[ $((passed + failed)) -eq 0 ]]; then say "no test ran"; status=1; fi
    [[ $failed -eq 0 ]] || status=1
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    return "$status"
}

test_help() {
    cat <<'HELP'
Usage: ./attend test [--long] [--system] [ARGS]
  Builds everything and runs the native and the managed tests. Ends with one line: N passed, N failed, N skipped.
  --long     also the tests that take minutes (soak, many seeds)
  --system   also the tests that need system services (audio server, browser, child processes of ./attend)
  ARGS       options of the test runner, which then runs the managed tests only, for example
             --filter-namespace 'AttentionEngine.Tests.Capture*'
HELP
}

# One attribute of the first element of a test report that has it.
report_count() { # FILE ATTRIBUTE
    local text; text=$(head -c 4000 "$1" | tr '\n' ' ' | grep -oE "(<testsuite|<assembly) [^>]*[[:space:]]$2=\"[0-9]+\"" | head -n 1 | grep -oE '[0-9]+"$' | tr -d '"')
    echo "${text:-0}"
}

native_tests() {
    [[ -f $root/native/build/CTestTestfile.cmake ]] || return 0
    local report=$logs/native-tests.xml status=0 total bad left
    rm -f "$report"
    say "native tests"
    ctest --test-dir "$root/native/build" --output-on-failure --no-tests=error --timeout 300 --output-junit "$report" </dev/null 9>&- >"$logs/native-tests.log" 2>&1 || status=$?
    if [[ $status -ne 0 ]]; then cat "$logs/native-tests.log" >&2; fi
    if [[ ! -f $report ]]; then say "the native tests left no report; the log is $logs/native-tests.log"; return 1; fi
    total=$(report_count "$report" tests) bad=$(report_count "$report" failures) left=$(report_count "$report" skipped)
    left=$((left + $(report_count "$report" disabled)))
    passed=$((passed + total - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
    return "$status"
}

managed_tests() {
    local report=managed-tests-$$.xml status=0 errors
    say "managed tests"
    # The tests call ./attend themselves: what they run is what was just built.
    ATTEND_SKIP_SETUP=1 dotnet "$test_dll" --no-progress --no-ansi --results-directory "$logs" --report-xunit --report-xunit-filename "$report" "$@" </dev/null || status=$?
    if [[ ! -f $logs/$report ]]; then say "the managed tests left no report (exit $status): the runner was stopped or refused its arguments"; return 1; fi
    errors=$(report_count "$logs/$report" errors)
    passed=$((passed + $(report_count "$logs/$report" passed)))
    failed=$((failed + $(report_count "$logs/$report" failed) + errors))
    skipped=$((skipped + $(report_count "$logs/$report" skipped)))
    mv "$logs/$report" "$logs/managed-tests.xml"
    return "$status"
}
