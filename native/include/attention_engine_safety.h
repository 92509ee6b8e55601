/* Safety of the sound, inside the audio thread: it goes on when the control side is dead. See attention_engine.h for the path itself.
 *
 * With ae_path_set_safety the sound goes: mixer -> long-term level -> howl cut -> limiter (cap) -> A-weighted dose -> mute -> ears.
 * Levels are relative to full scale (sample value 1): the caller converts dB SPL by its calibration. Every ramp is counted in samples, so
 * the result does not depend on how a signal is cut into calls. */
#ifndef ATTENTION_ENGINE_SAFETY_H
#define ATTENTION_ENGINE_SAFETY_H

#include "attention_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of ae_safety_status.faults; each change of them is reported by ae_path_read_taken as AE_KIND_FAULT with the new bits as id. */
typedef enum ae_fault {
    AE_FAULT_CONTROL = 1,  /* no gains taken for late_samples: the last good steering plays on, until heartbeat_samples: then pass-through */
    AE_FAULT_INPUT = 2,    /* a reference microphone or most microphones give no numbers: silence; ends 100 ms after the last bad sample */
    AE_FAULT_OUTPUT = 4,   /* the limiter gave something that is no sound: silence until reset */
    AE_FAULT_HOWL = 8,     /* feedback: the gain is cut in steps of 6 dB, after 24 dB silence for a second; recovers by a step every 3 s */
    AE_FAULT_DOSE = 16,    /* the dose is used up: silence until reset */
    AE_FAULT_STOPPED = 32  /* ae_path_stop: silence until reset */
} ae_fault;

typedef struct ae_safety_config {
    double rate_hz;             /* 8000..192000 */
    double dose_budget;         /* A-weighted energy left to this listener, full scale squared times seconds, of the louder ear; 0 = no limit */
    int64_t late_samples;       /* AE_FAULT_CONTROL after so many samples without gains taken; 0 = never */
    int32_t start_fade_samples; /* from silence to sound at the start and after a fault, >= 1 */
    int32_t stop_fade_samples;  /* from sound to silence, >= 1 */
    float long_term_limit;      /* A-weighted root mean square over 10 s that the louder ear is turned down to, full scale; 0 = no limit */
    int32_t howl;               /* 1: howl detection */
} ae_safety_config;

typedef struct ae_safety_status {
    int64_t samples;            /* frames processed when this was written */
    double dose;                /* A-weighted energy so far, full scale squared times seconds, of the louder ear */
    int32_t faults;             /* ae_fault bits */
    int32_t howls;              /* cuts made so far */
    float level_gain;           /* of the long-term limit, linear */
    float howl_gain;            /* linear */
    float mute_gain;            /* 0 = silent */
} ae_safety_status;

/* Arms the guard and starts from silence with a ramp. Not beside any other call on this path; before the first block. */
AE_API ae_result ae_path_set_safety(ae_path* path, const ae_safety_config* config);

/* Participant stop: silence after stop_fade_samples (filter_fade_samples where no safety is set), until ae_path_reset. From any thread. */
AE_API ae_result ae_path_stop(ae_path* path);

/* Other microphones for the ears' pass-through and ambient, where one is dead: cross-faded over filter_fade_samples from the next block on.
 * ae_path_reset goes back to those of the configuration. From any thread. */
AE_API ae_result ae_path_set_references(ae_path* path, int32_t left, int32_t right);

/* From any thread. The dose is that of the last block. */
AE_API ae_result ae_path_get_safety(const ae_path* path, ae_safety_status* status);

#ifdef __cplusplus
}
#endif
#endif
