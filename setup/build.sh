# Native and managed builds, each behind a fingerprint (paths and contents of its sources, and where they are built):
# nothing is started when nothing changed. A stamp is written only after its build succeeded, and from the fingerprint
# taken before it, so an edit during a build is built the next time.

native_out=$root/native/build/libattention_engine.so
native_vision_out=$root/native/build/libattention_engine_vision.so
native_stamp=$root/artifacts/.attend-native
bench_dll=$root/artifacts/bin/AttentionEngine.Benchmarks/release/attend-bench.dll
test_dll=$root/artifacts/bin/AttentionEngine.Tests/release/AttentionEngine.Tests.dll

# SHA-256 over the names and contents of the files below the given paths, and over the words that follow --.
fingerprint() {
    local paths=()
    while [[ $# -gt 0 && $1 != -- ]]; do [[ ! -e $root/$1 ]] || paths+=("$1"); shift; done
    (cd "$root" && { find "${paths[@]}" \( -path 'native/build*' -o -name node_modules -o -name __pycache__ \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum; echo "$root $*"; } | sha256sum)
}
native_fingerprint() { local opencv=without-opencv; ! vision_there || opencv=with-opencv; fingerprint native -- g++ $opencv; }  # OpenCV that comes later is built with
managed_fingerprint() { # SCOPE
    local tests=(); [[ $1 == run ]] || tests=(tests)
    fingerprint src "${tests[@]}" Directory.Build.props Directory.Packages.props Directory.Build.targets global.json BannedSymbols.txt .editorconfig AttentionEngine.sln -- "$ATTEND_DEPS"
}
stamp_is() { local stamp; [[ -f $1 ]] && read -r stamp <"$1" && [[ "$stamp" == "$2" ]]; }

native_there() { [[ -f $root/native/CMakeLists.txt ]]; }
native_ready() { ! native_there || { [[ -f $native_out ]] && stamp_is "$native_stamp" "$(native_fingerprint)"; }; }
managed_stamp() { echo "$root/artifacts/.attend-managed-$1"; }
managed_ready() {
    [[ -f $attend_dll && ( $1 == run || -f $test_dll ) ]] && stamp_is "$(managed_stamp "$1")" "$(managed_fingerprint "$1")"
}
build_ready() { native_ready && managed_ready "$1"; }

build_prepare() {
    native_ready || native_build
    managed_ready "$1" || managed_build "$1"
}

native_build() {
    local print generator=(); print=$(native_fingerprint)
    command -v make >/dev/null || generator=(-G Ninja)
    say "building native code"
    # A build folder that was copied with the repository points at the old place, and one whose configuration failed
    # remembers the failure: CMake would refuse or repeat.
    if [[ ! -f $root/native/build/CTestTestfile.cmake ]] || ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root/native" "$root/native/build/CMakeCache.txt"; then
        rm -rf "$root/native/build"
    fi
    quiet native-configure cmake -S "$root/native" -B "$root/native/build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release || build_failed native-configure
    quiet native-build cmake --build "$root/native/build" -j "$(nproc)" || build_failed native-build
    [[ -f $native_vision_out ]] || say "built without cameras and face detection: OpenCV's packages are not here (./attend setup --vision installs them)"
    [[ -f $native_out ]] || die 1 "the native build ended well but made no $native_out. The log is $logs/native-build.log"
    echo "$print" >"$native_stamp"
}

managed_build() {
    local scope=$1 target=AttentionEngine.sln locked=(--locked-mode) print run_print
    [[ $scope == test ]] || target=src/AttentionEngine.Cli/AttentionEngine.Cli.csproj
    [[ ${ATTEND_UNLOCKED:-0} != 1 ]] || locked=(-p:RestoreLockedMode=false)
    print=$(managed_fingerprint "$scope"); run_print=$(managed_fingerprint run)
    say "building managed code ($target)"
    if ! (cd "$root" && quiet restore dotnet restore "$target" "${locked[@]}" -v q --nologo); then
        if grep -q NU1004 "$logs/restore.log"; then
            die 2 "a packages.lock.json does not match its project file: $(last_error restore). If you changed a package on purpose: ATTEND_UNLOCKED=1 ./attend setup, and commit the lock files."
        elif grep -qE 'NU1301|NU1101|NU1102' "$logs/restore.log"; then
            die 3 "cannot fetch NuGet packages: $(last_error restore). Is there a network? The log is $logs/restore.log"
        fi
        build_failed restore
    fi
    (cd "$root" && quiet build dotnet build "$target" -c Release --no-restore -v q --nologo -clp:NoSummary) || build_failed build
    # A restore that was allowed to rewrite lock files has changed what is fingerprinted.
    [[ ${ATTEND_UNLOCKED:-0} != 1 ]] || { print=$(managed_fingerprint "$scope"); run_print=$(managed_fingerprint run); }
    echo "$print" >"$(managed_stamp "$scope")"
    echo "$run_print" >"$(managed_stamp run)"
}

build_failed() {
    grep -E '(: |^)(fatal )?error|CMake Error|undefined reference|MSB[0-9]{4}' "$logs/$1.log" | sort -u | head -n 20 >&2 || tail -n 20 "$logs/$1.log" >&2
    die 1 "the step \`$1\` failed; the whole log is $logs/$1.log"
}
