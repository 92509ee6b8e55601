// A-weighting (IEC 61672-1) of one channel in double, by arithmetic that is the same on every machine.
#pragma once

namespace attend {

class AWeighting {
public:
    explicit AWeighting(double rate_hz = 48000) noexcept;
    void reset() noexcept;
    double step(double x) noexcept;

private:
    struct First { double b0, b1, a1, state = 0; };  // y = b0 x + b1 x' - a1 y'
    First sections_[6];
};

}  // namespace attend
