#include "fir_bank.h"

#include <cstring>

namespace attend {
namespace {

constexpr int kLanes = 8;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

inline Lanes load(const float* p) noexcept {
    Lanes v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

// Vectors * 8 outputs at once: lanes are different output samples, so each lane's sum has the scalar order.
template <int Vectors>
inline void block(const float* const* x, int microphones, const float* filters, int taps, float* left, float* right, int at) noexcept {
    Lanes a[Vectors] = {}, b[Vectors] = {};
    for (int m = 0; m < microphones; ++m) {
        const float* fl = filters + m * taps;
        const float* fr = filters + (microphones + m) * taps;
        const float* p = x[m] + at;
        for (int t = 0; t < taps; ++t, --p) {
            const float l = fl[t], r = fr[t];
            for (int v = 0; v < Vectors; ++v) {
                const Lanes s = load(p + v * kLanes);
                a[v] += s * l;
                b[v] += s * r;
            }
        }
    }
    std::memcpy(left + at, a, sizeof a);
    std::memcpy(right + at, b, sizeof b);
}

}  // namespace

void fir_two_ears(const float* const* x, int microphones, const float* filters, int taps, float* left, float* right, int count) noexcept {
    int at = 0;
    for (; at + 4 * kLanes <= count; at += 4 * kLanes) block<4>(x, microphones, filters, taps, left, right, at);
    for (; at + kLanes <= count; at += kLanes) block<1>(x, microphones, filters, taps, left, right, at);
    for (; at < count; ++at) {
        float l = 0, r = 0;
        for (int m = 0; m < microphones; ++m) {
            const float* fl = filters + m * taps;
            const float* fr = filters + (microphones + m) * taps;
            for (int t = 0; t < taps; ++t) {
                const float s = x[m][at - t];
                l += s * fl[t];
                r += s * fr[t];
            }
        }
        left[at] = l;
        right[at] = r;
    }
}

}  // namespace attend
