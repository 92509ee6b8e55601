using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Capture.Lsl;

/// <summary>What was read, and what in it has no effect here.</summary>
/// <param name="File">Null where there is none: the defaults hold.</param>
/// <param name="Notes">For the user: keys that this program does not use, names that could not be resolved.</param>
public sealed record LslConfig(LslOptions Options, string? File, IReadOnlyList<string> Notes);

/// <summary>
/// <c>lsl_api.cfg</c>, the file by which LSL programs of a machine are set up. It is looked for where liblsl looks: the file that the variable
/// <c>LSLAPICFG</c> names, <c>./lsl_api.cfg</c>, <c>~/lsl_api/lsl_api.cfg</c>, <c>/etc/lsl_api/lsl_api.cfg</c>; the first one counts.
/// It says how a network is used, never whether: a file cannot open a program that is bound to loopback.
/// </summary>
public static class LslConfigFile
{
    private const long MostBytes = 1 << 20;

    /// <param name="bind">From the rig or the command line.</param>
    /// <exception cref="ConfigurationException">A value is not valid, or LSLAPICFG names a file that is not there.</exception>
    public static LslConfig Load(IPAddress bind)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Load(bind, Environment.GetEnvironmentVariable("LSLAPICFG"),
            ["lsl_api.cfg", Path.Combine(home, "lsl_api", "lsl_api.cfg"), "/etc/lsl_api/lsl_api.cfg"]);
    }

    /// <param name="named">The file that must be there; null or empty: none.</param>
    /// <param name="places">Files that may be there.</param>
    public static LslConfig Load(IPAddress bind, string? named, IReadOnlyList<string> places)
    {
        if (named is { Length: > 0 } && !File.Exists(named))
            throw new ConfigurationException($"LSLAPICFG names {named}, which is not there. Correct the variable or unset it.");
        string? file = named is { Length: > 0 } ? named : places.FirstOrDefault(File.Exists);
        if (file is null) return new LslConfig(new LslOptions { BindAddress = bind }, null, []);
        if (new FileInfo(file).Length > MostBytes) throw new ConfigurationException($"{file} is longer than {MostBytes} bytes; that is no lsl_api.cfg.");
        return Parse(File.ReadAllText(file), file, bind);
    }

    /// <param name="file">Its name, for messages.</param>
    public static LslConfig Parse(string text, string file, IPAddress bind)
    {
        var reader = new Reader(file, bind);
        string section = "";
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] is ';' or '#') continue;
            if (line[0] == '[' && line[^1] == ']')
            {
                section = line[1..^1].Trim();
                continue;
            }
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new ConfigurationException($"{file}, line {i + 1}: `{line}` is neither `[section]` nor `key = value`.");
            reader.Take(section + "." + line[..equals].Trim(), line[(equals + 1)..].Trim(), i + 1);
        }
        return reader.Result();
    }

    /// <summary>The text of a file that says what <paramref name="options"/> say.</summary>
    public static string Format(LslOptions options)
    {
        string ip = options.Ip switch { IpVersions.V4Only => "disable", IpVersions.V6Only => "force", _ => "allow" };
        string scope = (options.IsLoopback ? ResolveScope.Machine : options.Scope).ToString().ToLowerInvariant();
        List<string> lines =
        [
            "[ports]", $"MulticastPort = {options.QueryPort}", $"BasePort = {options.BasePort}", $"PortRange = {options.PortRange}",
            $"AllowRandomPorts = {(options.AllowRandomPorts ? 1 : 0)}", $"IPv6 = {ip}",
            "[multicast]", $"ResolveScope = {scope}",
        ];
        if (options.TimeToLive >= 0) lines.Add($"TTLOverride = {options.TimeToLive}");
        if (options.ListenAddress is { } listen) lines.Add($"ListenAddress = {listen}");
        if (options.GroupsOverride.Count > 0) lines.Add($"AddressesOverride = {{{string.Join(", ", options.GroupsOverride)}}}");
        foreach (var (reach, groups) in options.ScopeGroups ?? new Dictionary<ResolveScope, IReadOnlyList<IPAddress>>()) lines.Add($"{reach}Addresses = {{{string.Join(", ", groups)}}}");
        if (options.Interfaces is { } interfaces) lines.Add($"Interfaces = {{{string.Join(", ", interfaces)}}}");
        if (options.V6Group != new LslOptions().V6Group) lines.Add($"IPv6MulticastGroup = {options.V6Group}");
        lines.AddRange(["[lab]", $"KnownPeers = {{{string.Join(", ", options.KnownPeers.Prepend(IPAddress.Loopback).Distinct())}}}", $"SessionID = {options.SessionId}"]);
        return string.Join('\n', lines) + "\n";
    }

    private sealed class Reader(string file, IPAddress bind)
    {
        private readonly List<string> notes = [];
        private LslOptions options = new() { BindAddress = bind, Ip = IpVersions.Both }; // liblsl's default

        public LslConfig Result() => options.BasePort + options.PortRange <= 65536
            ? new LslConfig(options, file, notes)
            : throw new ConfigurationException($"{file}: ports.BasePort {options.BasePort} and ports.PortRange {options.PortRange} go beyond port 65535.");

        public void Take(string key, string value, int line)
        {
            options = key switch
            {
                "ports.MulticastPort" => options with { QueryPort = Number(key, value, line, 1, 65535) },
                "ports.BasePort" => options with { BasePort = Number(key, value, line, 1, 65535) },
                "ports.PortRange" => options with { PortRange = Number(key, value, line, 1, 1024) },
                "ports.AllowRandomPorts" => options with { AllowRandomPorts = One(key, value, line, ("1", true), ("0", false), ("true", true), ("false", false)) },
                "ports.IPv6" => options with { Ip = One(key, value, line, ("disable", IpVersions.V4Only), ("disabled", IpVersions.V4Only), ("allow", IpVersions.Both), ("allowed", IpVersions.Both), ("force", IpVersions.V6Only), ("forced", IpVersions.V6Only)) },
                "multicast.ResolveScope" => options with { Scope = One(key, value, line, [.. Enum.GetValues<ResolveScope>().Select(s => (s.ToString().ToLowerInvariant(), s))]) },
                "multicast.ListenAddress" => value.Length == 0 ? options : options with { ListenAddress = Address(key, value, line) },
                "multicast.AddressesOverride" => options with { GroupsOverride = [.. Set(key, value, line).Select(a => Address(key, a, line))] },
                "multicast.TTLOverride" => options with { TimeToLive = Number(key, value, line, -1, 255) },
                "multicast.LinkAddresses" or "multicast.SiteAddresses" or "multicast.OrganizationAddresses" or "multicast.GlobalAddresses" => options with { ScopeGroups = WithScope(key, value, line) },
                "multicast.IPv6MulticastGroup" => value.Count(c => c == ':') == 6 && !value.Contains("::", StringComparison.Ordinal) && IPAddress.TryParse("FF02:" + value, out _) ? options with { V6Group = value } : throw Bad(key, value, line, "seven groups of hexadecimal digits, such as 113D:6FDD:2C17:A643:FFE2:1BD1:3CD2"),
                "multicast.Interfaces" => Set(key, value, line) is { Length: > 0 } some ? options with { Interfaces = some } : options with { Interfaces = null },
                "lab.KnownPeers" => options with { KnownPeers = [.. Set(key, value, line).SelectMany(Peer)] },
                "lab.SessionID" => options with { SessionId = value.Length > 0 ? value : "default" },
                _ => Unused(key, line),
            };
        }

        private Dictionary<ResolveScope, IReadOnlyList<IPAddress>> WithScope(string key, string value, int line)
        {
            var scope = Enum.Parse<ResolveScope>(key["multicast.".Length..^"Addresses".Length]);
            return new(options.ScopeGroups ?? new Dictionary<ResolveScope, IReadOnlyList<IPAddress>>()) { [scope] = [.. Set(key, value, line).Select(a => Address(key, a, line))] };
        }

        private LslOptions Unused(string key, int line)
        {
            notes.Add($"{file}, line {line}: `{key}` has no effect here");
            return options;
        }

        private ConfigurationException Bad(string key, string value, int line, string expected) =>
            new($"{file}, line {line}: {key} is `{value}`; expected {expected}.");

        private int Number(string key, string value, int line, int low, int high) =>
            int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number >= low && number <= high
                ? number : throw Bad(key, value, line, $"a whole number from {low} to {high}");

        private T One<T>(string key, string value, int line, params (string Word, T Value)[] choices)
        {
            foreach (var (word, meaning) in choices)
                if (value == word) return meaning;
            throw Bad(key, value, line, "one of " + string.Join(", ", choices.Select(c => c.Word)));
        }

        private IPAddress Address(string key, string value, int line) =>
            IPAddress.TryParse(value, out var address) ? address : throw Bad(key, value, line, "an IP address");

        private string[] Set(string key, string value, int line) => value is ['{', .., '}']
            ? value[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw Bad(key, value, line, "a list in braces, such as {192.168.0.5, 192.168.0.6}");

        /// <summary>Names are looked up only where the addresses may be used: a look-up is traffic too.</summary>
        private IEnumerable<IPAddress> Peer(string name)
        {
            if (IPAddress.TryParse(name, out var address)) return [address];
            if (IPAddress.IsLoopback(bind)) return [];
            try
            {
                return Dns.GetHostAddresses(name);
            }
            catch (SocketException)
            {
                notes.Add($"{file}: the known peer `{name}` cannot be resolved to an address");
                return [];
            }
        }
    }
}
