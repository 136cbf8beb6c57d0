using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>The moments of hooks in a launch. Those of the runtime's namespaces are run by the starter while this process waits; those of the
/// container's by this process.</summary>
internal static class HookSteps
{
    private const uint CommonUmask = 0x12;

    /// <exception cref="InvalidSpecException">A hook's path or timeout cannot be.</exception>
    internal static void Check(RuntimeSpec spec)
    {
        if (spec.Hooks is not { } hooks)
        {
            return;
        }
        Check("prestart", hooks.Prestart);
        Check("createRuntime", hooks.CreateRuntime);
        Check("createContainer", hooks.CreateContainer);
        Check("startContainer", hooks.StartContainer);
        Check("poststart", hooks.Poststart);
        Check("poststop", hooks.Poststop);
    }

    /// <summary>The descriptors that the hooks of a launch need; null when none of them runs in the container's process.</summary>
    internal static HookRegisters? Registers(PlanContext context)
    {
        Hooks hooks = context.Spec.Hooks ?? new Hooks();
        return hooks.CreateContainer is not { Count: > 0 } && hooks.StartContainer is not { Count: > 0 }
            ? null
            : new HookRegisters(
                context.Program.Register("hook_state"),
                context.Program.Register("start_hook_state"),
                context.Program.Register("hook_stdout"),
                context.Program.Register("hook_stderr")
            );
    }

    /// <summary>prestart, createRuntime and createContainer: everything is there, the host's tree still too.</summary>
    internal static void AddCreate(PlanContext context, Register channel, HookRegisters? registers)
    {
        Hooks hooks = context.Spec.Hooks ?? new Hooks();
        SyscallProgramBuilder program = context.Program;
        int outside = (hooks.Prestart?.Count ?? 0) + (hooks.CreateRuntime?.Count ?? 0);
        if (outside > 0)
        {
            program.Step(
                $"wait while the starter runs {hooks.Prestart?.Count ?? 0} prestart and {hooks.CreateRuntime?.Count ?? 0} createRuntime hooks"
            );
            program.Tell(channel, LaunchPlan.Message.RuntimeHooks);
            program.Await(channel);
        }
        if (hooks.CreateContainer is { Count: > 0 } inside)
        {
            program.Step("give signals their default actions for the createContainer hooks");
            LimitSteps.GiveSignalsDefaults(program, context.Options);
            program.Tell(channel, LaunchPlan.Message.HooksBegin);
            for (int i = 0; i < inside.Count; i++)
            {
                program.Step(HookFailureText.StepLabel("createContainer", i, inside[i].Path));
                program.RunToEnd(
                    Program(context, inside[i], registers!, registers!.State) with
                    {
                        Directory = context.Root,
                        Umask = CommonUmask,
                    }
                );
            }
            program.Step("say that the createContainer hooks have ended");
            program.Tell(channel, LaunchPlan.Message.HooksEnd);
        }
    }

    /// <summary>startContainer: as the payload itself, confined as it is, right before it.</summary>
    internal static void AddStart(PlanContext context, HookRegisters? registers)
    {
        if (context.Spec.Hooks?.StartContainer is not { Count: > 0 } hooks)
        {
            return;
        }
        SyscallProgramBuilder program = context.Program;
        for (int i = 0; i < hooks.Count; i++)
        {
            program.Step(HookFailureText.StepLabel("startContainer", i, hooks[i].Path));
            program.RunToEnd(Program(context, hooks[i], registers!, registers!.StartState));
        }
    }

    private static ChildProgram Program(PlanContext context, Hook hook, HookRegisters registers, Register state) =>
        new(
            hook.Path,
            hook.Args is { Count: > 0 } arguments ? arguments : [hook.Path],
            hook.Env ?? [],
            hook.Timeout,
            state,
            registers.Output,
            registers.Error
        )
        {
            ReportsError = context.Spec.Annotations?.ContainsKey(HookAnnotations.Error) != true,
        };

    private static void Check(string kind, IReadOnlyList<Hook>? hooks)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
        {
            if (!hooks![i].Path.StartsWith('/'))
            {
                throw new InvalidSpecException($"hooks.{kind}[{i}].path \"{hooks[i].Path}\" is not absolute");
            }
            if (hooks[i].Timeout is <= 0)
            {
                throw new InvalidSpecException($"hooks.{kind}[{i}].timeout is {hooks[i].Timeout}: it must be at least 1 second");
            }
        }
    }
}
