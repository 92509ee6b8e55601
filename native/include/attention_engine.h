/* C interface of the AttentionEngine audio path. Nothing throws across it; every function returns an ae_result.
 *
 * The path, per block: microphones -> FIR filter-and-sum per talker and ear -> gains + ambient -> look-ahead limiter -> two ears.
 *   beam[k][e](t) = sum over m, tau of filter[k][e][m][tau] * input[m](t - tau)
 *   ear[e](t)     = sum over k of gain[k](t) * beam[k][e](t) + ambient(t) * input[reference e](t - delay)
 * Until the first weights are taken (and when the heartbeat is lost) each ear hears its reference microphone, delayed alike.
 *
 * Threads: one thread calls ae_path_process; one (other) thread calls the push functions and ae_path_read_taken; ae_path_get_status
 * may be called from any. ae_path_create, ae_path_reset and ae_path_destroy must not run beside any other call on that path. */
#ifndef ATTENTION_ENGINE_H
#define ATTENTION_ENGINE_H

#include <stdint.h>

#if defined(_WIN32)
#define AE_API __declspec(dllexport)
#else
#define AE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ae_result {
    AE_OK = 0,
    AE_EMPTY = 1,           /* nothing to read */
    AE_INVALID = -1,        /* a pointer, size or number is outside its documented range; nothing was changed */
    AE_NOT_FINITE = -2,     /* filters or gains hold NaN, infinity or absurd values; the last good ones stay */
    AE_BUSY = -3,           /* the mailbox is full: the audio thread has not run for a while; nothing was queued */
    AE_OUT_OF_MEMORY = -4
} ae_result;

typedef enum ae_kind { AE_KIND_WEIGHTS = 0, AE_KIND_GAINS = 1, AE_KIND_BYPASS = 2, AE_KIND_FAULT = 3 } ae_kind;  /* faults: attention_engine_safety.h */

typedef struct ae_path_config {
    int32_t microphones;         /* M, 1..64 */
    int32_t max_talkers;         /* K, 1..16 */
    int32_t max_taps;            /* L, 1..8192 */
    int32_t left_reference;      /* microphone index heard at the left ear in pass-through */
    int32_t right_reference;
    int32_t delay_samples;       /* delay that the filters are solved for and that pass-through and ambient get; 0..max_taps-1 */
    int32_t lookahead_samples;   /* limiter, 8..4096; adds to the delay */
    int32_t filter_fade_samples; /* cross-fade old/new filters, >= 1 */
    int32_t gain_fade_samples;   /* ramp of gains, >= 1 */
    int32_t release_samples;     /* time constant of the limiter's recovery, >= 1 */
    int64_t heartbeat_samples;   /* hold: fade to pass-through after so many samples without gains taken (new filters
                                  * alone are no sign of life of who decides); 0 = never */
    float ceiling;               /* absolute cap of the output, linear full scale, in (0, 1] */
} ae_path_config;

typedef struct ae_path_status {
    int64_t samples;             /* frames processed since creation or reset */
    int64_t weights_id;          /* id of the set in use; 0 = pass-through */
    int64_t gains_id;            /* id of the gains in use; 0 = none yet */
    int64_t bad_input_samples;   /* NaN, infinite or absurd input samples, replaced by 0 */
    int64_t limited_samples;     /* frames whose gain was reduced */
    int64_t rejected_pushes;     /* AE_NOT_FINITE or AE_BUSY */
    int64_t taken_lost;          /* reports dropped because nobody read them */
    float limiter_gain;          /* of the last frame, linear */
    int32_t bypassed;            /* 1 while pass-through is heard */
} ae_path_status;

typedef struct ae_path ae_path;

AE_API ae_result ae_path_create(const ae_path_config* config, ae_path** path);
AE_API void ae_path_destroy(ae_path* path);

/* Back to the state after creation, queues included. */
AE_API ae_result ae_path_reset(ae_path* path);

/* input: planar [M x frames]; output: planar [2 x frames], left then right; beams: planar [K x frames], one mono signal for each
 * talker before gains (zeros for talkers that the weights do not have), or NULL. Any frames >= 0: the result does not depend on how a signal is cut into
 * calls, except for pushes that are to be taken "as soon as polled". */
AE_API ae_result ae_path_process(ae_path* path, const float* input, float* output, float* beams, int32_t frames);

/* filters: [talkers x 2 x M x taps]; left_share: [talkers] in 0..1, how much of the mono beam is the left ear's (NULL = 0.5).
 * effective_sample: index of the first frame that uses them, -1 = as soon as polled. Sets are taken in the order pushed, each at exactly
 * its sample (late ones at once), also while the cross-fade to the one before runs: the new fade starts from the blend that sounds then.
 * Up to 16 sets wait (at least 4 where a set is larger than 4 MiB), then AE_BUSY. id > 0. */
AE_API ae_result ae_path_push_weights(ae_path* path, int64_t id, const float* filters, int32_t talkers, int32_t taps,
                                      const float* left_share, int64_t effective_sample);

/* gains: [talkers] linear; ambient: linear. */
AE_API ae_result ae_path_push_gains(ae_path* path, int64_t id, const float* gains, int32_t talkers, float ambient, int64_t effective_sample);

/* What the audio thread took and at which sample, oldest first; AE_EMPTY when there is nothing more. */
AE_API ae_result ae_path_read_taken(ae_path* path, int32_t* kind, int64_t* id, int64_t* sample);

AE_API ae_result ae_path_get_status(const ae_path* path, ae_path_status* status);

#ifdef __cplusplus
}
#endif
#endif
