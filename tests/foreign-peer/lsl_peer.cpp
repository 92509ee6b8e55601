// An independent LSL peer for the interoperability tests: loads a liblsl by path and acts as an outlet or an inlet.
// Values and time stamps are printed as the hex of their bytes, so that a comparison is bit-exact.
//   lsl_peer LIB outlet FORMAT CHANNELS RATE SOURCE_ID COUNT CHUNK   prints "ready", waits for a consumer and a line on stdin, then pushes
//   lsl_peer LIB inlet  SOURCE_ID COUNT CORRECT                      prints "open", then each sample, then "end" with the time correction
//                                                                    (measured only if CORRECT is 1), then waits for a line
//   lsl_peer LIB bench  SOURCE_ID CHANNELS FRAMES CHUNKS             outlet and inlet in one process: latency at 500 Hz, then throughput in chunks of 32,
//                                                                    held back by the reader so that nothing overflows
//   lsl_peer LIB list   SECONDS                                      prints the source_id of every stream found
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

void* library;

template <class Function> Function* symbol(const char* name) {
    void* found = dlsym(library, name);
    if (!found) {
        std::fprintf(stderr, "lsl_peer: the library has no %s\n", name);
        std::exit(3);
    }
    return reinterpret_cast<Function*>(found);
}

using Handle = void*;

template <class T> struct Format;
template <> struct Format<float> { static constexpr int id = 1; static constexpr char letter = 'f'; };
template <> struct Format<double> { static constexpr int id = 2; static constexpr char letter = 'd'; };
template <> struct Format<int32_t> { static constexpr int id = 4; static constexpr char letter = 'i'; };
template <> struct Format<int16_t> { static constexpr int id = 5; static constexpr char letter = 's'; };
template <> struct Format<int8_t> { static constexpr int id = 6; static constexpr char letter = 'c'; };
template <> struct Format<int64_t> { static constexpr int id = 7; static constexpr char letter = 'l'; };
constexpr int textFormat = 3;

void print_hex(const void* bytes, size_t size) {
    if (size == 0) std::fputc('-', stdout);
    for (size_t i = 0; i < size; ++i) std::printf("%02x", static_cast<const unsigned char*>(bytes)[i]);
}

template <class T> void print_sample(double stamp, const T* values, int channels) {
    print_hex(&stamp, sizeof stamp);
    for (int k = 0; k < channels; ++k) {
        std::fputc(' ', stdout);
        print_hex(&values[k], sizeof(T));
    }
    std::fputc('\n', stdout);
}

uint64_t next_random(uint64_t& state) {  // splitmix64
    uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

/// Random bits (NaN and denormals among them); now and then an extreme.
template <class T> T random_value(uint64_t& state) {
    uint64_t bits = next_random(state);
    if (bits % 17 == 0) return std::numeric_limits<T>::max();
    if (bits % 17 == 1) return std::numeric_limits<T>::lowest();
    if (bits % 17 == 2) return std::numeric_limits<T>::denorm_min();
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

std::string random_text(uint64_t& state, int index) {
    static const size_t sizes[] = {0, 1, 5, 254, 255, 256, 300, 70000};
    size_t size = index < 8 ? sizes[index] : next_random(state) % 64;
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>(next_random(state) % 96 + 32 * (next_random(state) % 2));  // ASCII with NUL among it
    for (char& c : text) if (c == 127) c = '~';
    return text;
}

Handle create_outlet(int format, int channels, double rate, const char* source) {
    Handle info = symbol<Handle(const char*, const char*, int, double, int, const char*)>("lsl_create_streaminfo")("foreign", "Test", channels, rate, format, source);
    Handle desc = symbol<Handle(Handle)>("lsl_get_desc")(info);
    Handle list = symbol<Handle(Handle, const char*)>("lsl_append_child")(desc, "channels");
    for (int k = 0; k < channels; ++k) {
        Handle channel = symbol<Handle(Handle, const char*)>("lsl_append_child")(list, "channel");
        symbol<Handle(Handle, const char*, const char*)>("lsl_append_child_value")(channel, "label", ("<C&" + std::to_string(k) + ">\xC3\xBC").c_str());
    }
    Handle outlet = symbol<Handle(Handle, int, int)>("lsl_create_outlet")(info, 0, 360);
    if (!outlet) std::exit(4);
    std::printf("ready\n");
    std::fflush(stdout);
    if (!symbol<int(Handle, double)>("lsl_wait_for_consumers")(outlet, 60.0)) std::exit(5);
    std::getchar();
    return outlet;
}

/// chunk 0: each sample with a stamp of its own; else chunks with one stamp, the receiver deduces the others.
template <class T> int run_outlet(int channels, double rate, const char* source, int count, int chunk) {
    Handle outlet = create_outlet(Format<T>::id, channels, rate, source);
    const std::string suffix = std::string(1, Format<T>::letter) + "tp";
    auto push = symbol<int(Handle, const T*, double, int)>(("lsl_push_sample_" + suffix).c_str());
    auto push_chunk = symbol<int(Handle, const T*, unsigned long, double, int)>(("lsl_push_chunk_" + suffix).c_str());
    uint64_t state = 42;
    std::vector<T> values(static_cast<size_t>(channels) * (chunk > 0 ? chunk : 1));
    for (int i = 0; i < count; i += chunk > 0 ? chunk : 1) {
        for (T& v : values) v = random_value<T>(state);
        if (chunk == 0) {
            double stamp = 1000 + i * 0.00137 + 1e-9 * static_cast<double>(next_random(state) % 1000);
            push(outlet, values.data(), stamp, 1);
            print_sample(stamp, values.data(), channels);
        } else {
            double last = 1000 + i * 0.01;
            push_chunk(outlet, values.data(), values.size(), last, 1);
            double stamp = last - (chunk - 1) / rate;
            for (int n = 0; n < chunk; ++n, stamp += 1.0 / rate) print_sample(stamp, &values[static_cast<size_t>(n) * channels], channels);
        }
    }
    std::printf("pushed\n");
    std::fflush(stdout);
    std::getchar();
    symbol<void(Handle)>("lsl_destroy_outlet")(outlet);
    return 0;
}

int run_text_outlet(int channels, double rate, const char* source, int count) {
    Handle outlet = create_outlet(textFormat, channels, rate, source);
    auto push = symbol<int(Handle, const char**, const unsigned*, double, int)>("lsl_push_sample_buftp");
    uint64_t state = 42;
    for (int i = 0; i < count; ++i) {
        std::vector<std::string> texts;
        std::vector<const char*> pointers;
        std::vector<unsigned> sizes;
        for (int k = 0; k < channels; ++k) texts.push_back(random_text(state, i));
        for (auto& t : texts) {
            pointers.push_back(t.data());
            sizes.push_back(static_cast<unsigned>(t.size()));
        }
        double stamp = 1000 + i;
        push(outlet, pointers.data(), sizes.data(), stamp, 1);
        print_hex(&stamp, sizeof stamp);
        for (auto& t : texts) {
            std::fputc(' ', stdout);
            print_hex(t.data(), t.size());
        }
        std::fputc('\n', stdout);
    }
    std::printf("pushed\n");
    std::fflush(stdout);
    std::getchar();
    symbol<void(Handle)>("lsl_destroy_outlet")(outlet);
    return 0;
}

template <class T> bool pull_numeric(Handle inlet, int channels, int count) {
    auto pull = symbol<double(Handle, T*, int, double, int*)>((std::string("lsl_pull_sample_") + Format<T>::letter).c_str());
    std::vector<T> values(channels);
    for (int i = 0; i < count; ++i) {
        int error = 0;
        double stamp = pull(inlet, values.data(), channels, 20.0, &error);
        if (stamp == 0 || error != 0) return false;
        print_sample(stamp, values.data(), channels);
        std::fflush(stdout);
    }
    return true;
}

bool pull_text(Handle inlet, int channels, int count) {
    auto pull = symbol<double(Handle, char**, unsigned*, int, double, int*)>("lsl_pull_sample_buf");
    std::vector<char*> texts(channels);
    std::vector<unsigned> sizes(channels);
    for (int i = 0; i < count; ++i) {
        int error = 0;
        double stamp = pull(inlet, texts.data(), sizes.data(), channels, 20.0, &error);
        if (stamp == 0 || error != 0) return false;
        print_hex(&stamp, sizeof stamp);
        for (int k = 0; k < channels; ++k) {
            std::fputc(' ', stdout);
            print_hex(texts[k], sizes[k]);
            std::free(texts[k]);
        }
        std::fputc('\n', stdout);
        std::fflush(stdout);
    }
    return true;
}

int run_inlet(const char* source, int count, bool correct) {
    Handle found[2] = {};
    auto resolve = symbol<int(Handle*, unsigned, const char*, const char*, int, double)>("lsl_resolve_byprop");
    if (resolve(found, 2, "source_id", source, 1, 20.0) < 1) return 6;
    Handle inlet = symbol<Handle(Handle, int, int, int)>("lsl_create_inlet")(found[0], 360, 0, 1);
    int error = 0;
    symbol<void(Handle, double, int*)>("lsl_open_stream")(inlet, 20.0, &error);
    if (error != 0) return 7;
    Handle full = symbol<Handle(Handle, double, int*)>("lsl_get_fullinfo")(inlet, 20.0, &error);
    Handle list = symbol<Handle(Handle, const char*)>("lsl_child")(symbol<Handle(Handle)>("lsl_get_desc")(full), "channels");
    Handle channel = symbol<Handle(Handle, const char*)>("lsl_child")(list, "channel");
    std::printf("open %s\n", symbol<const char*(Handle, const char*)>("lsl_child_value_n")(channel, "label"));
    std::fflush(stdout);
    int channels = symbol<int(Handle)>("lsl_get_channel_count")(found[0]);
    bool complete = false;
    switch (symbol<int(Handle)>("lsl_get_channel_format")(found[0])) {
    case 1: complete = pull_numeric<float>(inlet, channels, count); break;
    case 2: complete = pull_numeric<double>(inlet, channels, count); break;
    case 3: complete = pull_text(inlet, channels, count); break;
    case 4: complete = pull_numeric<int32_t>(inlet, channels, count); break;
    case 5: complete = pull_numeric<int16_t>(inlet, channels, count); break;
    case 6: complete = pull_numeric<int8_t>(inlet, channels, count); break;
    case 7: complete = pull_numeric<int64_t>(inlet, channels, count); break;
    }
    if (!complete) return 8;
    double correction = correct ? symbol<double(Handle, double, int*)>("lsl_time_correction")(inlet, 20.0, &error) : 0;
    std::printf("end %.9f %d\n", correction, error);
    std::fflush(stdout);
    std::getchar();
    symbol<void(Handle)>("lsl_destroy_inlet")(inlet);
    return 0;
}

/// Prints "latency P50 P90 P99" in microseconds and "throughput MB_PER_S CPU_S_PER_100_MB LOST".
int run_bench(const char* source, int channels, int frames, int chunks) {
    Handle info = symbol<Handle(const char*, const char*, int, double, int, const char*)>("lsl_create_streaminfo")("bench", "Test", channels, 500, Format<float>::id, source);
    Handle outlet = symbol<Handle(Handle, int, int)>("lsl_create_outlet")(info, 0, 360);
    Handle found[1] = {};
    if (symbol<int(Handle*, unsigned, const char*, const char*, int, double)>("lsl_resolve_byprop")(found, 1, "source_id", source, 1, 20.0) < 1) return 6;
    Handle inlet = symbol<Handle(Handle, int, int, int)>("lsl_create_inlet")(found[0], 360, 0, 1);
    int error = 0;
    symbol<void(Handle, double, int*)>("lsl_open_stream")(inlet, 20.0, &error);
    if (error != 0 || !symbol<int(Handle, double)>("lsl_wait_for_consumers")(outlet, 20.0)) return 7;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    auto clock = symbol<double()>("lsl_local_clock");
    auto push = symbol<int(Handle, const float*, double, int)>("lsl_push_sample_ftp");
    auto pull = symbol<double(Handle, float*, int, double, int*)>("lsl_pull_sample_f");
    auto push_chunk = symbol<int(Handle, const float*, unsigned long, double, int)>("lsl_push_chunk_ftp");
    auto pull_chunk = symbol<unsigned long(Handle, float*, double*, unsigned long, unsigned long, double, int*)>("lsl_pull_chunk_f");

    std::vector<double> latencies;
    std::thread reader([&] {
        std::vector<float> values(channels);
        int status = 0;
        for (int i = 0; i < frames; ++i) {
            double stamp = pull(inlet, values.data(), channels, 5.0, &status);
            if (stamp == 0) return;
            latencies.push_back(clock() - stamp);
        }
    });
    std::vector<float> sample(channels);
    for (int i = 0; i < frames; ++i) {
        push(outlet, sample.data(), clock(), 1);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    reader.join();
    if (static_cast<int>(latencies.size()) != frames) return 8;
    std::sort(latencies.begin(), latencies.end());
    std::printf("latency %.1f %.1f %.1f\n", latencies[frames / 2] * 1e6, latencies[frames * 9 / 10] * 1e6, latencies[frames * 99 / 100] * 1e6);

    constexpr int chunk = 32;
    std::atomic<long> pulled{0};
    const long total = static_cast<long>(chunks) * chunk;
    double start = clock();
    std::clock_t cpu = std::clock();
    std::thread taker([&] {
        std::vector<float> values(static_cast<size_t>(1024) * channels);
        std::vector<double> stamps(1024);
        int status = 0;
        double quiet = clock();
        while (pulled < total && clock() - quiet < 5) {
            // One sample waits, the rest is taken without waiting: a chunk call that waits would wait until it is full.
            double stamp = pull(inlet, values.data(), channels, 1.0, &status);
            if (stamp == 0) continue;
            long more = static_cast<long>(pull_chunk(inlet, values.data(), stamps.data(), values.size(), stamps.size(), 0.0, &status)) / channels;
            pulled += 1 + more;
            quiet = clock();
        }
    });
    std::vector<float> block(static_cast<size_t>(chunk) * channels);
    for (int i = 0; i < chunks; ++i) {
        push_chunk(outlet, block.data(), block.size(), i * 0.064, 1);
        double since = clock();
        while (static_cast<long>(i + 1) * chunk - pulled > 20000 && clock() - since < 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    taker.join();
    double seconds = clock() - start, megabytes = static_cast<double>(total) * channels * 4 / 1e6;
    std::printf("throughput %.1f %.3f %ld\n", megabytes / seconds, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / megabytes * 100, total - pulled.load());
    symbol<void(Handle)>("lsl_destroy_inlet")(inlet);
    symbol<void(Handle)>("lsl_destroy_outlet")(outlet);
    return 0;
}

int run_list(double seconds) {
    std::vector<Handle> found(1024);
    int n = symbol<int(Handle*, unsigned, double)>("lsl_resolve_all")(found.data(), static_cast<unsigned>(found.size()), seconds);
    for (int i = 0; i < n; ++i) std::printf("%s\n", symbol<const char*(Handle)>("lsl_get_source_id")(found[i]));
    std::printf("listed\n");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        std::fprintf(stderr, "lsl_peer: %s\n", dlerror());
        return 3;
    }
    const std::string mode = argv[2];
    if (mode == "list") return run_list(std::atof(argv[3]));
    if (mode == "bench" && argc == 7) return run_bench(argv[3], std::atoi(argv[4]), std::atoi(argv[5]), std::atoi(argv[6]));
    if (mode == "inlet" && argc == 6) return run_inlet(argv[3], std::atoi(argv[4]), argv[5][0] == '1');
    if (mode != "outlet" || argc != 9) return 2;
    const std::string format = argv[3];
    const int channels = std::atoi(argv[4]), count = std::atoi(argv[7]), chunk = std::atoi(argv[8]);
    const double rate = std::atof(argv[5]);
    const char* source = argv[6];
    if (format == "float32") return run_outlet<float>(channels, rate, source, count, chunk);
    if (format == "double64") return run_outlet<double>(channels, rate, source, count, chunk);
    if (format == "int32") return run_outlet<int32_t>(channels, rate, source, count, chunk);
    if (format == "int16") return run_outlet<int16_t>(channels, rate, source, count, chunk);
    if (format == "int8") return run_outlet<int8_t>(channels, rate, source, count, chunk);
    if (format == "int64") return run_outlet<int64_t>(channels, rate, source, count, chunk);
    if (format == "string") return run_text_outlet(channels, rate, source, count);
    return 2;
}
