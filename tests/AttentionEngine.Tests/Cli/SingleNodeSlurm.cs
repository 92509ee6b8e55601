using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AttentionEngine.Tests.Cli;

/// <summary>A Slurm of one node on this machine, with ports and an authentication socket of its own. Needs root and the packages slurm-wlm and munge.</summary>
internal sealed class SingleNodeSlurm : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<Process> _daemons = [];

    private SingleNodeSlurm() { }

    public string Configuration => _folder.File("slurm.conf");

    public static async Task<SingleNodeSlurm> StartOrSkip()
    {
        if (!File.Exists("/usr/sbin/slurmctld") || !File.Exists("/usr/sbin/munged") || !File.Exists("/etc/munge/munge.key"))
            Assert.Skip("NOT TESTED: Slurm is not installed (apt-get install slurm-wlm munge).");
        if (Environment.UserName != "root") Assert.Skip("NOT TESTED: a Slurm of our own needs root.");
        var slurm = new SingleNodeSlurm();
        try
        {
            await slurm.Start();
            return slurm;
        }
        catch
        {
            slurm.Dispose();
            throw;
        }
    }

    public (int Code, string Out) Call(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["SLURM_CONF"] = Configuration;
        using var process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    public void Dispose()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            if (!daemon.HasExited) daemon.Kill(entireProcessTree: true);
            daemon.WaitForExit();
            daemon.Dispose();
        }
        _folder.Dispose();
    }

    private async Task Start()
    {
        string munge = _folder.File("munge"), socket = Path.Combine(munge, "socket"), state = _folder.File("state"), spool = _folder.File("spool");
        foreach (string f in new[] { munge, state, spool }) Directory.CreateDirectory(f);
        // munged refuses sockets in folders that others could replace.
        Run("chown", "munge:munge", munge);
        Run("chmod", "755", munge, _folder.Path);
        File.WriteAllText(Configuration, $"""
            ClusterName=attend
            SlurmctldHost=localhost(127.0.0.1)
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            AuthInfo=socket={socket}
            CredType=cred/munge
            StateSaveLocation={state}
            SlurmdSpoolDir={spool}
            SlurmctldPidFile={_folder.File("slurmctld.pid")}
            SlurmdPidFile={_folder.File("slurmd.pid")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            MpiDefault=none
            ReturnToService=2
            KillWait=2
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SlurmdParameters=config_overrides
            SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1,default_queue_depth=1000
            NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000
            PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP

            """);
        Daemon("setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "/usr/sbin/munged", "--foreground", "--force", $"--socket={socket}", $"--pid-file={munge}/pid", $"--log-file={munge}/log", $"--seed-file={munge}/seed");
        for (int i = 0; !File.Exists(socket); i++)
        {
            Assert.True(i < 200, "munged made no socket");
            await Task.Delay(100);
        }
        Daemon("/usr/sbin/slurmctld", "-D", "-L", _folder.File("slurmctld.log"));
        Daemon("/usr/sbin/slurmd", "-D", "-N", "localhost", "-L", _folder.File("slurmd.log"));
        for (int i = 0; !Call("sinfo", "--noheader", "--format=%T").Out.Contains("idle", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 100, $"the node did not come up: {Tail("slurmctld.log")} {Tail("slurmd.log")}");
            await Task.Delay(300);
        }
    }

    private string Tail(string log) => File.Exists(_folder.File(log)) ? string.Join(" | ", File.ReadLines(_folder.File(log)).TakeLast(5)) : $"no {log}";

    private void Daemon(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["SLURM_CONF"] = Configuration;
        _daemons.Add(Process.Start(start)!);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
