// Lock-free ring for one producer and one consumer. Slots are preallocated and written in place.
#pragma once
#include <atomic>
#include <cstddef>
#include <vector>

namespace attend {

template <typename T>
class SpscRing {
public:
    explicit SpscRing(std::size_t capacity, const T& prototype) : slots_(capacity + 1, prototype) {}

    // Producer: the slot to fill, or nullptr when the ring is full; publish() makes it visible.
    T* reserve() noexcept {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        return next(tail) == head_.load(std::memory_order_acquire) ? nullptr : &slots_[tail];
    }
    void publish() noexcept { tail_.store(next(tail_.load(std::memory_order_relaxed)), std::memory_order_release); }

    // Consumer: the oldest slot, or nullptr; pop() gives it back.
    T* front() noexcept {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        return head == tail_.load(std::memory_order_acquire) ? nullptr : &slots_[head];
    }
    void pop() noexcept { head_.store(next(head_.load(std::memory_order_relaxed)), std::memory_order_release); }

    // Only while neither side runs.
    void clear() noexcept { head_.store(0); tail_.store(0); }

private:
    std::size_t next(std::size_t i) const noexcept { return i + 1 == slots_.size() ? 0 : i + 1; }

    std::vector<T> slots_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace attend
