namespace Conex.Linux.Cgroups.Devices;

/// <summary>Compiles device rules to a BPF program of type BPF_PROG_TYPE_CGROUP_DEVICE: it gets the device and the wanted access, and
/// returns 1 to allow.</summary>
public static class DeviceProgram
{
    // struct bpf_cgroup_dev_ctx of linux/bpf.h: access in the high and kind in the low half of the first word, major, minor.
    private const int Context = 1;
    private const int Kind = 2;
    private const int Wanted = 3;
    private const int Major = 4;
    private const int Minor = 5;
    private const int Scratch = 0;

    /// <summary>The program for a list of rules.</summary>
    public static BpfInstruction[] Compile(IReadOnlyList<DeviceRule> rules)
    {
        var code = new BpfAssembler();
        code.Add(BpfAssembler.LoadWord, Kind, Context);
        code.Add(BpfAssembler.MoveRegister, Wanted, Kind);
        code.Add(BpfAssembler.AndConstant, Kind, constant: 0xffff);
        code.Add(BpfAssembler.ShiftRight, Wanted, constant: 16);
        code.Add(BpfAssembler.LoadWord, Major, Context, offset: 4);
        code.Add(BpfAssembler.LoadWord, Minor, Context, offset: 8);

        // From the last rule to the first, because later ones win. Each access is decided on its own: a rule that allows takes its
        // accesses off the wanted ones, one that denies ends it if any of its accesses is still undecided. Comparing whole sets instead
        // would let an open for reading and writing slip past a rule that denies only writing.
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            DeviceRule rule = rules[i];
            if (rule.IsEverything)
            {
                // The verifier refuses instructions that cannot be reached, so nothing may follow.
                code.Return(rule.Allow);
                return code.Finish();
            }
            if (rule.Access != DeviceAccess.None && rule.Kind != DeviceKind.None)
            {
                Add(code, rule);
            }
        }
        code.Return(false);
        return code.Finish();
    }

    private static void Add(BpfAssembler code, DeviceRule rule)
    {
        if (rule.Kind != DeviceKind.All)
        {
            code.Jump(BpfAssembler.JumpUnlessEqual, Kind, (int)rule.Kind);
        }
        if (rule.Major is { } major)
        {
            code.Jump(BpfAssembler.JumpUnlessEqual, Major, unchecked((int)major));
        }
        if (rule.Minor is { } minor)
        {
            code.Jump(BpfAssembler.JumpUnlessEqual, Minor, unchecked((int)minor));
        }
        if (rule.Allow)
        {
            code.Add(BpfAssembler.AndConstant, Wanted, constant: (int)(DeviceAccess.All & ~rule.Access));
            code.Jump(BpfAssembler.JumpUnlessEqual, Wanted, 0);
        }
        else
        {
            code.Add(BpfAssembler.MoveRegister, Scratch, Wanted);
            code.Add(BpfAssembler.AndConstant, Scratch, constant: (int)rule.Access);
            code.Jump(BpfAssembler.JumpIfEqual, Scratch, 0);
        }
        code.Return(rule.Allow);
        code.Land();
    }
}
