using System.Text;

namespace Conex.Oci.Tests.RuntimeSpec;

/// <summary>A configuration that uses every member of runtime-spec 1.3.0 that concerns Linux.</summary>
internal static class FullConfig
{
    internal static byte[] Utf8 => Encoding.UTF8.GetBytes(Text);

    internal const string Text = """
        {
          "ociVersion": "1.3.0",
          "process": {
            "terminal": true,
            "consoleSize": { "height": 25, "width": 80 },
            "user": { "uid": 1000, "gid": 4294967295, "umask": 63, "additionalGids": [5, 4294967294] },
            "args": ["sh", "-c", "echo \"ä\\ö\u0001\" /tmp\n\t\r"],
            "env": ["PATH=/bin", "EMPTY="],
            "cwd": "/work",
            "capabilities": {
              "bounding": ["CAP_CHOWN", "CAP_KILL"],
              "effective": ["CAP_CHOWN"],
              "inheritable": [],
              "permitted": ["CAP_CHOWN"],
              "ambient": ["CAP_KILL"]
            },
            "rlimits": [{ "type": "RLIMIT_NOFILE", "soft": 1024, "hard": 18446744073709551615 }],
            "noNewPrivileges": true,
            "apparmorProfile": "conex-default",
            "selinuxLabel": "system_u:system_r:container_t:s0:c124,c675",
            "landlock": {
              "ruleset": { "handledAccessFS": ["execute"], "handledAccessNet": ["bind_tcp"], "scoped": ["signal"] },
              "rules": {
                "pathBeneath": [{ "allowedAccess": ["execute"], "paths": ["/usr"] }],
                "netPort": [{ "allowedAccess": ["bind_tcp"], "ports": [80] }]
              },
              "disableBestEffort": true
            },
            "oomScoreAdj": -500,
            "scheduler": {
              "policy": "SCHED_DEADLINE",
              "nice": -5,
              "priority": 7,
              "flags": ["SCHED_FLAG_RESET_ON_FORK"],
              "runtime": 10000000,
              "deadline": 30000000,
              "period": 40000000
            },
            "ioPriority": { "class": "IOPRIO_CLASS_BE", "priority": 4 },
            "execCPUAffinity": { "initial": "7", "final": "0-3,7" }
          },
          "root": { "path": "rootfs", "readonly": true },
          "hostname": "slartibartfast",
          "domainname": "example",
          "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            {
              "destination": "/data",
              "type": "none",
              "source": "/volumes/testing",
              "options": ["rbind", "rro", "idmap"],
              "uidMappings": [{ "containerID": 0, "hostID": 100000, "size": 65536 }],
              "gidMappings": [{ "containerID": 1, "hostID": 200000, "size": 4294967295 }]
            }
          ],
          "hooks": {
            "prestart": [{ "path": "/usr/bin/a", "args": ["a", "arg1"], "env": ["k=v"], "timeout": 30 }],
            "createRuntime": [{ "path": "/usr/bin/b" }],
            "createContainer": [{ "path": "/usr/bin/c" }],
            "startContainer": [{ "path": "/usr/bin/d" }],
            "poststart": [{ "path": "/usr/bin/e", "timeout": 5 }],
            "poststop": [{ "path": "/usr/bin/f", "args": [] }]
          },
          "annotations": { "org.example.key": "value", "empty": "" },
          "linux": {
            "namespaces": [{ "type": "pid" }, { "type": "network", "path": "/run/netns/web" }, { "type": "time" }],
            "uidMappings": [{ "containerID": 0, "hostID": 1000, "size": 32000 }],
            "gidMappings": [{ "containerID": 0, "hostID": 1000, "size": 32000 }],
            "timeOffsets": { "monotonic": { "secs": -172800, "nanosecs": 999999999 }, "boottime": { "secs": 604800, "nanosecs": 0 } },
            "devices": [
              { "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 7 },
              { "path": "/dev/sda", "type": "b", "major": 8, "minor": 0 }
            ],
            "netDevices": { "eth0": { "name": "container_eth0" }, "ens4": {} },
            "cgroupsPath": "/myRuntime/myContainer",
            "resources": {
              "devices": [
                { "allow": false, "access": "rwm" },
                { "allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw" }
              ],
              "memory": {
                "limit": 536870912,
                "reservation": 536870912,
                "swap": -1,
                "kernel": -1,
                "kernelTCP": 9223372036854775807,
                "swappiness": 0,
                "disableOOMKiller": false,
                "useHierarchy": true,
                "checkBeforeUpdate": true
              },
              "cpu": {
                "shares": 1024,
                "quota": -1,
                "burst": 1000000,
                "period": 500000,
                "realtimeRuntime": 950000,
                "realtimePeriod": 1000000,
                "cpus": "2-3",
                "mems": "0-7",
                "idle": 0
              },
              "pids": { "limit": 32771 },
              "blockIO": {
                "weight": 10,
                "leafWeight": 65535,
                "weightDevice": [
                  { "major": 8, "minor": 0, "weight": 500, "leafWeight": 300 },
                  { "major": 8, "minor": 16, "weight": 500 }
                ],
                "throttleReadBpsDevice": [{ "major": 8, "minor": 0, "rate": 600 }],
                "throttleWriteBpsDevice": [{ "major": 8, "minor": 0, "rate": 601 }],
                "throttleReadIOPSDevice": [{ "major": 8, "minor": 0, "rate": 602 }],
                "throttleWriteIOPSDevice": [{ "major": 8, "minor": 16, "rate": 18446744073709551615 }]
              },
              "hugepageLimits": [{ "pageSize": "2MB", "limit": 9223372036854772000 }],
              "network": { "classID": 1048577, "priorities": [{ "name": "eth0", "priority": 500 }] },
              "rdma": { "mlx5_1": { "hcaHandles": 3, "hcaObjects": 10000 }, "rxe3": { "hcaObjects": 10000 } },
              "unified": { "io.max": "259:0 rbps=2097152 wiops=120", "memory.high": "max" }
            },
            "rootfsPropagation": "rslave",
            "seccomp": {
              "defaultAction": "SCMP_ACT_ERRNO",
              "defaultErrnoRet": 38,
              "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
              "flags": ["SECCOMP_FILTER_FLAG_LOG"],
              "listenerPath": "/run/agent.sock",
              "listenerMetadata": "opaque",
              "syscalls": [
                {
                  "names": ["clone", "clone3"],
                  "action": "SCMP_ACT_ERRNO",
                  "errnoRet": 1,
                  "args": [{ "index": 5, "value": 18446744073709551615, "valueTwo": 2080505856, "op": "SCMP_CMP_MASKED_EQ" }]
                }
              ]
            },
            "sysctl": { "net.ipv4.ip_forward": "1" },
            "maskedPaths": ["/proc/kcore"],
            "readonlyPaths": ["/proc/sys"],
            "mountLabel": "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811",
            "intelRdt": {
              "closID": "guaranteed_group",
              "schemata": ["L3:0=7f0;1=1f"],
              "l3CacheSchema": "L3:0=7f0;1=1f",
              "memBwSchema": "MB:0=20;1=70",
              "enableMonitoring": true
            },
            "memoryPolicy": { "mode": "MPOL_INTERLEAVE", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"] },
            "personality": { "domain": "LINUX32", "flags": [] }
          }
        }
        """;
}
