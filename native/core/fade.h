// A gain that goes to its target in a fixed number of samples with zero slope at both ends; exactly the target when it is there.
#pragma once

namespace attend {

class Fade {
public:
    void set(float value) noexcept {
        value_ = to_ = value;
        position_ = length_ = 1;
    }
    void go(float target, int length) noexcept {
        if (target == to_) return;
        from_ = value_;
        to_ = target;
        position_ = 0;
        length_ = length;
    }
    float next() noexcept {
        if (position_ < length_) {
            const float u = static_cast<float>(++position_) / static_cast<float>(length_);
            value_ = position_ == length_ ? to_ : from_ + (to_ - from_) * (u * u * (3.0f - 2.0f * u));
        }
        return value_;
    }
    float value() const noexcept { return value_; }
    float target() const noexcept { return to_; }

private:
    float from_ = 1, to_ = 1, value_ = 1;
    int position_ = 1, length_ = 1;
};

}  // namespace attend
