// A system library that is loaded when it is needed and may be absent.
#pragma once
#include <dlfcn.h>

#include <string>

namespace attend::io {

class DynamicLibrary {
public:
    explicit DynamicLibrary(const char* file) : handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) {
            const char* why = dlerror();
            error_ = why != nullptr ? why : file;
        }
    }
    DynamicLibrary(const DynamicLibrary&) = delete;
    DynamicLibrary& operator=(const DynamicLibrary&) = delete;
    // Never closed: both libraries keep threads and exit handlers of their own.

    explicit operator bool() const noexcept { return handle_ != nullptr && error_.empty(); }
    const std::string& error() const noexcept { return error_; }

    template <typename F>
    void find(F*& function, const char* name) {
        function = handle_ == nullptr ? nullptr : reinterpret_cast<F*>(dlsym(handle_, name));
        if (function == nullptr && error_.empty()) error_ = std::string("it has no ") + name;
    }

private:
    void* handle_;
    std::string error_;
};

}  // namespace attend::io
