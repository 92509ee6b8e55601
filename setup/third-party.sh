# Third-party material, kept outside the work tree in $ATTEND_DEPS and never committed. Each item is one published
# package: its archive is checked against a SHA-256, the few files that are needed are unpacked, and those are checked
# against a digest of their own (so a damaged or foreign cache is noticed and fetched again).

third_party_items() { # SCOPE
    echo onnxruntime echarts
    [[ $1 == run ]] || echo foreign-lsl
}

# What, from where (name@version), archive SHA-256, digest of the kept files, size and purpose in words.
third_party_item() {
    case $1 in
    onnxruntime)
        package=com.github.asus4.onnxruntime@0.4.9
        archive_sha256=e59788788818fdde1b2e522e766a21ba0f7d8391de55737abf81e32cc801785d
        files_sha256=7ac00a57eafdfb4bfb9f0044b93ba3e1445d87efce9e9c593ef0b4e318d95415
        what="ONNX Runtime, 150 MB" ;;
    echarts)
        package=echarts@6.1.0
        archive_sha256=681aff88cc1038c3fa941a3a53d1b177a52250b05335efc607d6105ae13be481
        files_sha256=48450b269890ebe56ea5b49cb7edf1d9e35c67968c417d2eea7ec54bcea9f4f7
        what="charts of the report, 11 MB" ;;
    foreign-lsl)
        package=node-lsl@0.1.0
        archive_sha256=b0cd93667669a0bbde8e3aee8ab6c6f8be06cc0628dcc0df310c7a72ccecbea6
        files_sha256=bc8549b5e06ec22988894bfc2447860167df11ac8aa08ba8b8a71151f5b4510b
        what="liblsl as the foreign peer of the LSL tests, 3 MB" ;;
    esac
}

# The kept files of an item, relative to its folder, one a line. Also the list that the digest covers.
third_party_files() {
    case $1 in
    onnxruntime) find Runtime -type f -name '*.cs'; printf '%s\n' native/libonnxruntime.so LICENSE ThirdPartyNotices.txt ;;
    echarts) printf '%s\n' dist/echarts.min.js LICENSE NOTICE ;;
    foreign-lsl) printf '%s\n' liblsl64.so LICENSE VERSION.txt ;;
    esac
}

# Unpacks the kept files of archive $2 into the current folder.
third_party_unpack() {
    case $1 in
    onnxruntime)
        tar -xzf "$2" --strip-components=1 --wildcards 'package/Runtime/*.cs' package/LICENSE package/ThirdPartyNotices.txt package/Plugins/Linux/x64/libonnxruntime.so
        mkdir native && mv Plugins/Linux/x64/libonnxruntime.so native/ && rm -r Plugins ;;
    echarts) tar -xzf "$2" --strip-components=1 package/dist/echarts.min.js package/LICENSE package/NOTICE ;;
    foreign-lsl) tar -xzf "$2" --strip-components=2 package/prebuilt/liblsl64.so package/prebuilt/LICENSE package/prebuilt/VERSION.txt ;;
    esac
}

third_party_digest() { # ITEM FOLDER: SHA-256 over the names and contents of the kept files; nothing if one is absent
    (cd "$2" 2>/dev/null && third_party_files "$1" 2>/dev/null | sort | tr '\n' '\0' | xargs -0 sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1) || true
}

third_party_item_ready() {
    local package archive_sha256 files_sha256 what stamp
    third_party_item "$1"
    [[ -f $ATTEND_DEPS/$1/.attend ]] && read -r stamp <"$ATTEND_DEPS/$1/.attend" && [[ $stamp == "$files_sha256" ]]
}

third_party_ready() {
    local item
    for item in $(third_party_items "$1"); do third_party_item_ready "$item" || return 1; done
}

# Drops the stamps, so that the next prepare verifies every file again.
third_party_forget() {
    local item
    for item in $(third_party_items test); do rm -f "$ATTEND_DEPS/$item/.attend" 2>/dev/null || true; done
}

third_party_prepare() {
    third_party_ready "$1" && return 0
    mkdir -p "$ATTEND_DEPS" 2>/dev/null && [[ -w $ATTEND_DEPS ]] ||
        die 2 "cannot write $ATTEND_DEPS (third-party material goes there). Set ATTEND_DEPS to a folder that you may write."
    exec 8>"$ATTEND_DEPS/.lock"   # the cache is shared by every clone on this machine
    flock -n 8 || { say "another ./attend is filling $ATTEND_DEPS; waiting for it"; flock 8; }
    local item
    for item in $(third_party_items "$1"); do third_party_item_ready "$item" || third_party_get "$item"; done
    exec 8>&-
}

third_party_get() {
    local item=$1 package archive_sha256 files_sha256 what found archive
    third_party_item "$item"
    if [[ $(third_party_digest "$item" "$ATTEND_DEPS/$item") == "$files_sha256" ]]; then
        echo "$files_sha256" 2>/dev/null >"$ATTEND_DEPS/$item/.attend" || die 2 "cannot write $ATTEND_DEPS/$item"
        return 0
    fi
    say "fetching $package ($what)"
    incoming=$(mktemp -d "$ATTEND_DEPS/.incoming.XXXXXX")
    trap 'rm -rf "$incoming"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir "$incoming/files"
    # A cache of its own, thrown away: the user's npm cache does not grow by what is unpacked here anyway.
    (cd "$incoming" && quiet "fetch-$item" npm pack "$package" --cache "$incoming/npm" --ignore-scripts \
        --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 8>&-) ||
        die 3 "cannot fetch $package: $(last_error "fetch-$item"). Is there a network? The log is $logs/fetch-$item.log. Without one, copy $ATTEND_DEPS from a machine that has it."
    archive=$(compgen -G "$incoming/*.tgz") || die 3 "cannot fetch $package: npm left no archive. The log is $logs/fetch-$item.log"
    found=$(sha256sum "$archive" | cut -d' ' -f1)
    [[ $found == "$archive_sha256" ]] || die 3 "cannot use $package: its SHA-256 is $found, expected $archive_sha256. The download is damaged or is not what this version was made with; nothing was kept."
    (cd "$incoming/files" && third_party_unpack "$item" "$archive") ||
        die 3 "cannot unpack $package into $ATTEND_DEPS. Is the disk full ($(df -h --output=avail "$ATTEND_DEPS" | tail -n 1 | tr -d ' ') free)?"
    found=$(third_party_digest "$item" "$incoming/files")
    [[ $found == "$files_sha256" ]] || die 3 "cannot use $package: the digest of its files is $found, expected $files_sha256."
    echo "$files_sha256" >"$incoming/files/.attend"
    [[ ! -e $ATTEND_DEPS/$item ]] || mv -T "$ATTEND_DEPS/$item" "$incoming/old"
    mv -T "$incoming/files" "$ATTEND_DEPS/$item"
    rm -rf "$incoming"
    trap - EXIT INT TERM HUP
}
