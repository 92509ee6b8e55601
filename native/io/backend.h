// A kind of device: opens it, starts its callback on a DeviceCore, closes it.
#pragma once
#include "device_core.h"

#include <memory>
#include <string>

namespace attend::io {

class Backend {
public:
    virtual ~Backend() = default;
    virtual ae_result open(DeviceCore& core, std::string& message) = 0;  // the callback runs when this returns AE_OK
    virtual void close() noexcept = 0;                                   // no callback runs after it; may be called twice
};

std::unique_ptr<Backend> make_jack();
std::unique_ptr<Backend> make_portaudio();
ae_result list_jack(const char* server, std::string& text, std::string& message);
ae_result list_portaudio(std::string& text, std::string& message);

}  // namespace attend::io
