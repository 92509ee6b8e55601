# The default talkers: a small set of synthetic speech, made once by a script of this repository and kept in the cache.

speech_script=$root/rigs/speech/make-default-speech.sh

speech_print() { sha256sum <"$speech_script" | cut -d' ' -f1; }
speech_ready() { [[ ! -f $speech_script ]] || stamp_is "$ATTEND_SPEECH/.attend" "$(speech_print)"; }
speech_forget() { rm -f "$ATTEND_SPEECH/.attend" 2>/dev/null || true; }

speech_prepare() {
    speech_ready && return 0
    say "making the default talkers in $ATTEND_SPEECH"
    quiet speech bash "$speech_script" "$ATTEND_SPEECH" ||
        die 3 "cannot make the default talkers: $(last_error speech). The log is $logs/speech.log"
    speech_print >"$ATTEND_SPEECH/.attend"
}
