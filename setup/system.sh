# System packages and tools: what the machine must have. Only the package step needs root.

# One line each: package, then the file pattern or command that shows it is there.
system_packages=(
    "flite:command:flite"                       # speech synthesiser that makes the default talkers, once
    "libsndfile1:library:libsndfile.so.1"       # WAV and FLAC reading
    "libopenblas0-pthread:library:libopenblas.so.0"   # linear algebra of offline EEG decoding
    "make:command:make"                         # cmake's build tool (ninja would do)
)

# Only for cameras, videos and face detection (./attend setup --vision): without them the rest is built and works. About 300 MB.
vision_packages=(libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libopencv-objdetect-dev libopencv-calib3d-dev opencv-data)
vision_there() { [[ -f /usr/include/opencv4/opencv2/videoio.hpp && -f /usr/include/opencv4/opencv2/objdetect.hpp && -f /usr/include/opencv4/opencv2/calib3d.hpp && -f /usr/include/opencv4/opencv2/imgcodecs.hpp ]]; }
vision_wanted=0

library_there() {
    compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/usr/lib/$1" >/dev/null || compgen -G "/usr/local/lib/$1" >/dev/null ||
        /sbin/ldconfig -p 2>/dev/null | grep -qF "$1"
}

system_missing() {
    local entry package kind what
    if [[ $vision_wanted == 1 ]] && ! { vision_there && [[ -d /usr/share/opencv4/haarcascades ]]; }; then printf '%s\n' "${vision_packages[@]}"; fi
    for entry in "${system_packages[@]}"; do
        IFS=: read -r package kind what <<<"$entry"
        [[ $package != flite ]] || ! speech_ready || continue   # its work is done
        case $kind in
        command) command -v "$what" >/dev/null || { [[ $what == make ]] && command -v ninja >/dev/null; } || echo "$package" ;;
        library) library_there "$what" || echo "$package" ;;
        esac
    done
}

system_ready() { [[ -z $(system_missing) ]]; }

system_can_install() { command -v apt-get >/dev/null && { [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null; }; }
system_by_hand() { echo "apt-get install --no-install-recommends $(system_missing | tr '\n' ' ')"; }

system_prepare() {
    local missing as_root=() by_hand
    mapfile -t missing < <(system_missing)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    by_hand=$(system_by_hand)
    if [[ $(id -u) -ne 0 ]]; then
        as_root=(sudo)
        [[ -t 0 ]] || as_root=(sudo -n)
    fi
    say "installing system packages (the only step that needs root): ${missing[*]}"
    if [[ ${#as_root[@]} -gt 0 ]]; then
        "${as_root[@]}" true 9>&- || die 3 "missing system packages: ${missing[*]}. sudo refused. As root: $by_hand"
    fi
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=2)
    # The package lists may be absent (a fresh image) or too old: fetch them only if the first try fails.
    if ! quiet apt-install "${install[@]}" install -y -q --no-install-recommends "${missing[@]}"; then
        quiet apt-update "${install[@]}" update -q ||
            die 3 "cannot fetch the package lists: $(last_error apt-update). Missing: ${missing[*]}. By hand, as root: $by_hand (log: $logs/apt-update.log)"
        quiet apt-install "${install[@]}" install -y -q --no-install-recommends "${missing[@]}" ||
            die 3 "cannot install ${missing[*]}: $(last_error apt-install). By hand, as root: $by_hand (log: $logs/apt-install.log)"
    fi
    system_ready || die 3 "apt-get installed ${missing[*]}, but still missing: $(system_missing | tr '\n' ' ')"
}

# Version of a tool, as major.minor, or nothing.
tool_version() { { "$@" 2>/dev/null || true; } | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }
at_least() { [[ -n $1 && $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# Everything that is missing and that this script cannot install, in one message.
tools_check() {
    local problems=() found
    found=$(cd "$root" && tool_version dotnet --version 9>&-)
    if [[ -z $found ]] && command -v dotnet >/dev/null; then
        problems+=(".NET SDK 10.0 or newer: dotnet is here but does not run: $(cd "$root" && dotnet --version 2>&1 9>&- | head -n 3 | tr '\n' ' ' || true)")
    else
        at_least "$found" 10.0 || problems+=(".NET SDK 10.0 or newer (found: ${found:-none})")
    fi
    if ! native_ready; then
        found=$(tool_version g++ -dumpfullversion)
        at_least "$found" 11.0 || problems+=("g++ 11 or newer, for C++20 (found: ${found:-none}; Debian: g++)")
        found=$(tool_version cmake --version)
        at_least "$found" 3.20 || problems+=("cmake 3.20 or newer (found: ${found:-none}; Debian: cmake)")
    fi
    if ! third_party_ready "$1"; then
        found=$(tool_version node --version)
        at_least "$found" 18.0 || problems+=("node 18 or newer (found: ${found:-none}; Debian: nodejs)")
        found=$(tool_version npm --version)
        at_least "$found" 9.0 || problems+=("npm 9 or newer, to fetch third-party material (found: ${found:-none}; Debian: npm)")
    fi
    if ! system_ready && ! system_can_install; then
        problems+=("Debian packages: $(system_missing | tr '\n' ' ')- installing them needs root, and there is no $(command -v apt-get >/dev/null && echo sudo || echo apt-get) here. As root: $(system_by_hand)")
    fi
    [[ ${#problems[@]} -eq 0 ]] || die 3 "missing on this machine:$(printf '\n  - %s' "${problems[@]}")"
}

# Runs a command with its output in a log. Standard input is closed, and the lock is not handed down:
# a compiler server that outlives the build would keep it.
quiet() {
    local log=$logs/$1.log; shift
    "$@" >"$log" 2>&1 </dev/null 9>&-
}

# The line of a log that says most about what went wrong.
last_error() {
    local line
    line=$(grep -iE '(^E:|npm error|error|fail|cannot|unable)' "$logs/$1.log" | grep -vE 'complete log|npm error (A |code|errno|syscall)' | head -n 1 || true)
    [[ -n $line ]] || line=$(tail -n 1 "$logs/$1.log")
    printf '%.300s' "${line:-no message}"
}
