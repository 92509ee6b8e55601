// Counts what the audio thread may not do (allocate, free, lock: glibc's own functions underneath) while its function runs.
#include "attention_engine_io.h"
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <limits>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>

namespace {

std::atomic<long> g_memory{0}, g_locks{0};

// The library's function behind a hook; asked for once, before anything is counted.
template <typename F>
F* behind(const char* name) { return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name)); }

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* old);

void* malloc(std::size_t size) {
    g_memory.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    g_memory.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
    g_memory.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    g_memory.fetch_add(1, std::memory_order_relaxed);
    return __libc_memalign(alignment, size);
}
void free(void* old) {
    g_memory.fetch_add(1, std::memory_order_relaxed);
    __libc_free(old);
}

#define ATTEND_COUNT_LOCK(name, type)                         \
    int name(type* lock) noexcept {                           \
        static auto* const real = behind<int(type*)>(#name);  \
        g_locks.fetch_add(1, std::memory_order_relaxed);      \
        return real(lock);                                    \
    }
ATTEND_COUNT_LOCK(pthread_mutex_lock, pthread_mutex_t)
ATTEND_COUNT_LOCK(pthread_mutex_trylock, pthread_mutex_t)
ATTEND_COUNT_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
ATTEND_COUNT_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)
ATTEND_COUNT_LOCK(pthread_cond_signal, pthread_cond_t)
ATTEND_COUNT_LOCK(sem_post, sem_t)
}

using namespace fixture;

TEST(process_and_push_neither_allocate_nor_free_nor_lock) {
    auto c = config();
    c.heartbeat_samples = 2000;
    const auto path = create(c);
    const ae_safety_config safety{16000, 30, 500, 100, 100, 0.3f, 1};
    CHECK(ae_path_set_safety(path.get(), &safety) == AE_OK);
    Noise noise{2};
    auto input = noise.make(static_cast<std::size_t>(100) * kMics, 0.9f);
    const auto filters = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, 0.1f);
    const float gains[] = {1, 0, 0.5f};
    std::vector<float> output(200), beams(static_cast<std::size_t>(100) * kTalkers);

    // The hooks themselves work.
    long memory = g_memory.load();
    for (void* volatile probe : {std::malloc(8), std::calloc(1, 8), std::realloc(nullptr, 8), std::aligned_alloc(64, 64), ::operator new(8)}) std::free(probe);
    CHECK(g_memory.load() == memory + 10);
    std::mutex mutex;
    long locks = g_locks.load();
    { const std::lock_guard<std::mutex> held(mutex); }
    CHECK(g_locks.load() == locks + 1);

    memory = g_memory.load();
    locks = g_locks.load();
    int faults = 0, taken = 0;
    for (int i = 0; i < 900; ++i) {
        if (i < 500) ae_path_push_weights(path.get(), i + 1, filters.data(), kTalkers, kTaps, nullptr, -1);
        if (i < 500) ae_path_push_gains(path.get(), i + 1, gains, kTalkers, 0.1f, -1);  // then control is lost
        for (int s = 0; s < 100; ++s) {  // noise, then no numbers, then a tone at the limiter
            const float u = noise.next();
            const float x = i >= 100 && i < 120 ? std::numeric_limits<float>::quiet_NaN() : i >= 200 && i < 300 ? 3 * std::sin(0.7f * static_cast<float>(i * 100 + s)) : u;
            for (int m = 0; m < kMics; ++m) input[static_cast<std::size_t>(m * 100 + s)] = x;
        }
        if (i == 400) ae_path_set_references(path.get(), 2, 3);
        if (i == 800) ae_path_stop(path.get());
        ae_path_process(path.get(), input.data(), output.data(), beams.data(), 100);
        int32_t kind;
        int64_t id, sample;
        while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) {
            ++taken;
            if (kind == AE_KIND_FAULT) faults |= static_cast<int>(id);
        }
        ae_path_status status;
        ae_safety_status safe;
        ae_path_get_status(path.get(), &status);
        ae_path_get_safety(path.get(), &safe);
    }
    CHECK(g_memory.load() == memory);
    CHECK(g_locks.load() == locks);
    CHECK(taken > 1000 && (faults & (AE_FAULT_CONTROL | AE_FAULT_INPUT | AE_FAULT_HOWL | AE_FAULT_STOPPED)) == (AE_FAULT_CONTROL | AE_FAULT_INPUT | AE_FAULT_HOWL | AE_FAULT_STOPPED));
}

TEST(device_callback_neither_allocates_nor_frees_nor_locks) {
    const auto path = create(config());
    const ae_io_config c{AE_IO_VIRTUAL, kMics, 2, 0, 4096, 16000, nullptr, nullptr, nullptr, nullptr};
    ae_io* device = nullptr;
    CHECK(ae_io_open(&c, &device, nullptr, 0) == AE_OK);
    CHECK(ae_io_set_path(device, path.get(), kMics, nullptr, nullptr) == AE_OK);
    Noise noise{2};
    const auto input = noise.make(static_cast<std::size_t>(1500) * kMics, 0.9f);
    std::vector<float> output(3000);
    const long memory = g_memory.load(), locks = g_locks.load();
    for (int i = 0; i < 200; ++i) ae_io_drive(device, input.data(), output.data(), i % 3 == 0 ? 1500 : 100, i, i % 7);  // also with a full ring
    CHECK(g_memory.load() == memory && g_locks.load() == locks);
    ae_io_status status;
    ae_io_get_status(device, &status);
    CHECK(status.dropped_samples > 0 && status.lost_samples > 0);
    ae_io_close(device);
}
#endif
