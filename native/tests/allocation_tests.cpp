// Counts every allocation of this process (glibc's malloc underneath) while the audio thread's function runs.
#include "attention_engine_safety.h"
#include "check.h"
#include "fixture.h"

#include <atomic>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static std::atomic<long> g_allocations{0};
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) {
    g_allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}

using namespace fixture;

TEST(process_and_push_allocate_nothing) {
    const auto path = create(config());
    const ae_safety_config safety{16000, 0.001, 500, 100, 100, 0.01f, 1};
    CHECK(ae_path_set_safety(path.get(), &safety) == AE_OK);
    Noise noise{2};
    const auto input = noise.make(static_cast<std::size_t>(100) * kMics, 0.9f);
    const auto filters = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, 0.1f);
    const float gains[] = {1, 0, 0.5f};
    std::vector<float> output(200), beams(static_cast<std::size_t>(100) * kTalkers);
    const long before_any = g_allocations.load();
    void* volatile probe = std::malloc(8);  // the hook itself works
    std::free(probe);
    CHECK(g_allocations.load() == before_any + 1);
    const long before = g_allocations.load();
    for (int i = 0; i < 500; ++i) {
        ae_path_push_weights(path.get(), i + 1, filters.data(), kTalkers, kTaps, nullptr, -1);
        ae_path_push_gains(path.get(), i + 1, gains, kTalkers, 0.1f, -1);
        ae_path_process(path.get(), input.data(), output.data(), beams.data(), 100);
        int32_t kind;
        int64_t id, sample;
        while (ae_path_read_taken(path.get(), &kind, &id, &sample) == AE_OK) {}
    }
    CHECK(g_allocations.load() == before);
    ae_path_status status;
    ae_path_get_status(path.get(), &status);
    CHECK(status.weights_id > 100);
}
#endif
