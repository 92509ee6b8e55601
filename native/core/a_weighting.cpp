#include "a_weighting.h"

#include <cmath>

namespace attend {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kHighHz = 12194.217;
constexpr double kGainAt1kHz = 1.2589;  // the analogue network loses 2.0 dB there

// With 1 + d (1 - cos w) = |1 - p exp(-jw)|^2 / (1 - p)^2.
double root_of(double d) noexcept {
    const double r = d / 2;
    return std::fabs(r) < 1e-12 ? r : ((2 * r + 1) - std::sqrt(4 * r + 1)) / (2 * r);
}

}  // namespace

// Low corners by the bilinear transform, which does not bend there. The high corner lies near or beyond half the rate: one pole and one
// zero that have the analogue magnitude at a quarter and three eighths of the rate. Only sums, products, quotients and roots: no libm.
AWeighting::AWeighting(double rate_hz) noexcept {
    const auto high_pass = [rate_hz](double corner_hz) {
        const double k = kPi * corner_hz / rate_hz;  // omega / (2 rate)
        return First{1 / (1 + k), -1 / (1 + k), (k - 1) / (1 + k)};
    };
    const auto magnitude = [](double hz) { return 1 / (1 + hz * hz / (kHighHz * kHighHz)); };
    const double m1 = magnitude(rate_hz / 4), m2 = magnitude(rate_hz * 3 / 8), u = 1 + std::sqrt(0.5);
    const double d = (m2 - 1 - u * (m1 - 1)) / (u * (m1 - m2)), n = m1 + m1 * d - 1;
    const double pole = root_of(d), zero = root_of(n), gain = (1 - pole) / (1 - zero);
    const First high{gain, -gain * zero, -pole};
    sections_[0] = sections_[1] = high_pass(20.598997);
    sections_[2] = high_pass(107.65265);
    sections_[3] = high_pass(737.86223);
    sections_[4] = sections_[5] = high;
    sections_[0].b0 *= kGainAt1kHz;
    sections_[0].b1 *= kGainAt1kHz;
}

void AWeighting::reset() noexcept {
    for (auto& section : sections_) section.state = 0;
}

double AWeighting::step(double x) noexcept {
    for (auto& section : sections_) {
        const double y = section.b0 * x + section.state;
        section.state = section.b1 * x - section.a1 * y;
        x = y;
    }
    return x;
}

}  // namespace attend
