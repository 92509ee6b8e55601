// The kernel itself ends the child at its first system call, so a lock that waits, a log line or a sleep in process() cannot hide.
#include "attention_engine_io.h"
#include "attention_engine_safety.h"
#include "check.h"
#include "device_core.h"
#include "fixture.h"

#if defined(__linux__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fixture;

namespace {

constexpr int kRefused = 77;

// Runs `body` in a child that may only exit; returns its wait status.
int run_without_system_calls(const std::function<void()>& body) {
    const pid_t child = fork();
    if (child == 0) {
        sock_filter rules[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                               {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_exit},
                               {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
                               {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS}};
        const sock_fprog program{4, rules};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(kRefused);
        body();
        syscall(SYS_exit, 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

}  // namespace

TEST(process_makes_no_system_call) {
    const int probe = run_without_system_calls([] { syscall(SYS_getpid); });
    if (WIFEXITED(probe) && WEXITSTATUS(probe) == kRefused) {
        std::printf("SKIPPED: this machine does not allow seccomp filters\n");
        return;
    }
    CHECK(WIFSIGNALED(probe));  // the trap itself works
    auto c = config();
    c.filter_fade_samples = 200;
    c.heartbeat_samples = 900;
    const auto path = create(c);
    const ae_safety_config safety{16000, 0.001, 500, 100, 100, 0.01f, 1};
    CHECK(ae_path_set_safety(path.get(), &safety) == AE_OK);
    Noise noise{2};
    const auto input = noise.make(static_cast<std::size_t>(100) * kMics, 0.9f);
    const auto filters = noise.make(static_cast<std::size_t>(kTalkers) * 2 * kMics * kTaps, 0.1f);
    const float gains[] = {1, 0, 0.5f};
    std::vector<float> output(200), beams(static_cast<std::size_t>(100) * kTalkers);
    const int status = run_without_system_calls([&] {
        for (int i = 0; i < 300; ++i) {
            if (i < 200) ae_path_push_weights(path.get(), i + 1, filters.data(), kTalkers, kTaps, nullptr, -1);  // then the heartbeat is lost
            if (i < 200) ae_path_push_gains(path.get(), i + 1, gains, kTalkers, 0.1f, -1);
            ae_path_process(path.get(), input.data(), output.data(), beams.data(), 100);
        }
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(device_callback_makes_no_system_call) {
    const int probe = run_without_system_calls([] { syscall(SYS_getpid); });
    if (WIFEXITED(probe) && WEXITSTATUS(probe) == kRefused) {
        std::printf("SKIPPED: this machine does not allow seccomp filters\n");
        return;
    }
    const auto path = create(config());
    const ae_io_config c{AE_IO_VIRTUAL, kMics, 2, 0, 4096, 16000, nullptr, nullptr, nullptr, nullptr};
    ae_io* device = nullptr;
    CHECK(ae_io_open(&c, &device, nullptr, 0) == AE_OK && ae_io_set_path(device, path.get(), kMics, nullptr, nullptr) == AE_OK);
    Noise noise{2};
    const auto input = noise.make(static_cast<std::size_t>(100) * kMics, 0.9f);
    std::vector<float> output(200);
    attend::io::monotonic_ns();  // the loader finds the vDSO
    const int status = run_without_system_calls([&] {
        for (int i = 0; i < 300; ++i) ae_io_drive(device, input.data(), output.data(), 100, attend::io::monotonic_ns(), 0);
    });
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ae_io_close(device);
}
#endif
