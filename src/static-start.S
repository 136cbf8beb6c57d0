/* What every static program does with memory, threads and limits from its first instruction on: fewer system calls at each start. The linker leads
   calls of the .NET runtime here (--wrap); C++ names are as the compiler mangles them.
   - The runtime tells the kernel of each piece of the heap whether a core dump shall hold it, three dozen calls that change nothing that anybody
     uses: such hints end here.
   - It reads the mount table and its cgroups twice to size a heap by their limits, and asks for NUMA nodes. This heap has a fixed size.
   - It starts a thread for finalizers before there is anything to finalize. Here the thread starts with the first request for it, which is the first
     collection's; most programs end before that.
   - It asks the processor for all its features, a question that a virtual machine takes 5 µs for each time. What the compiler was told to presume is
     enough; whether that is there is one question.
   - It has the C library search /proc/self/maps for the bounds of the first stack, which the kernel handed over.
   - malloc(3) would map 128 MB of addresses for a second thread, which allocates next to nothing: all threads share the first arena.
   System V ABI for x86-64. */
        .intel_syntax noprefix

        .equ    MADV_DONTDUMP, 16
        .equ    MADV_DODUMP, 17
        .equ    M_ARENA_MAX, -8
        .equ    RLIMIT_STACK, 3
        .equ    X86_64_V2, 1 << 20 | 1 << 23    /* SSE4.2 and POPCNT in ecx of leaf 1 */
        .equ    LARGEST_STACK, 0x4000000

        .text
        .globl  __wrap_madvise
        .type   __wrap_madvise, @function
__wrap_madvise:
        cmp     edx, MADV_DONTDUMP
        je      ignored
        cmp     edx, MADV_DODUMP
        jne     __real_madvise
ignored:
        xor     eax, eax
        ret
        .size   __wrap_madvise, . - __wrap_madvise

/* void InitializeCGroup(), void InitializeCpuCGroup(), void NUMASupportInitialize(): what they did not find is as if the kernel had none. */
        .globl  __wrap__Z16InitializeCGroupv
        .globl  __wrap__Z19InitializeCpuCGroupv
        .globl  __wrap__Z21NUMASupportInitializev
        .type   __wrap__Z16InitializeCGroupv, @function
__wrap__Z16InitializeCGroupv:
__wrap__Z19InitializeCpuCGroupv:
__wrap__Z21NUMASupportInitializev:
        ret
        .size   __wrap__Z16InitializeCGroupv, . - __wrap__Z16InitializeCGroupv

/* bool PalStartFinalizerThread(uint32_t (*start)(void *), void *context): remembers what to start, and says that it has. */
        .globl  __wrap__Z23PalStartFinalizerThreadPFjPvES_
        .type   __wrap__Z23PalStartFinalizerThreadPFjPvES_, @function
__wrap__Z23PalStartFinalizerThreadPFjPvES_:
        mov     finalizer_start[rip], rdi
        mov     finalizer_context[rip], rsi
        mov     eax, 1
        ret
        .size   __wrap__Z23PalStartFinalizerThreadPFjPvES_, . - __wrap__Z23PalStartFinalizerThreadPFjPvES_

/* void RhEnableFinalization(): wakes the thread, and starts it before the first time. */
        .globl  __wrap__Z20RhEnableFinalizationv
        .type   __wrap__Z20RhEnableFinalizationv, @function
__wrap__Z20RhEnableFinalizationv:
        xor     edi, edi
        xchg    finalizer_start[rip], rdi
        test    rdi, rdi
        jz      __real__Z20RhEnableFinalizationv
        mov     rsi, finalizer_context[rip]
        sub     rsp, 8
        call    __real__Z23PalStartFinalizerThreadPFjPvES_
        add     rsp, 8
        jmp     __real__Z20RhEnableFinalizationv
        .size   __wrap__Z20RhEnableFinalizationv, . - __wrap__Z20RhEnableFinalizationv

/* int minipal_getcpufeatures(): those that the program was compiled for; none where they are not there, and the runtime says so and ends. */
        .globl  __wrap_minipal_getcpufeatures
        .type   __wrap_minipal_getcpufeatures, @function
__wrap_minipal_getcpufeatures:
        push    rbx
        mov     eax, 1
        xor     ecx, ecx
        cpuid
        pop     rbx
        xor     eax, eax
        and     ecx, X86_64_V2
        cmp     ecx, X86_64_V2
        cmove   eax, g_requiredCpuFeatures[rip]
        ret
        .size   __wrap_minipal_getcpufeatures, . - __wrap_minipal_getcpufeatures

/* int32_t minipal_get_cryptographically_secure_random_bytes(uint8_t *buffer, int32_t length): without a descriptor of /dev/urandom that stays open. */
        .globl  __wrap_minipal_get_cryptographically_secure_random_bytes
        .type   __wrap_minipal_get_cryptographically_secure_random_bytes, @function
__wrap_minipal_get_cryptographically_secure_random_bytes:
        push    rsi
        movsxd  rsi, esi
        xor     edx, edx
        call    getrandom
        pop     rsi
        movsxd  rsi, esi
        xor     ecx, ecx
        cmp     rax, rsi
        setne   cl
        mov     eax, ecx
        neg     eax
        ret
        .size   __wrap_minipal_get_cryptographically_secure_random_bytes, . - __wrap_minipal_get_cryptographically_secure_random_bytes

/* bool PalGetMaximumStackBounds(void **low, void **high): asked first by the first thread. */
        .globl  __wrap__Z24PalGetMaximumStackBoundsPPvS0_
        .type   __wrap__Z24PalGetMaximumStackBoundsPPvS0_, @function
__wrap__Z24PalGetMaximumStackBoundsPPvS0_:
        mov     eax, 1
        xchg    bounds_asked[rip], eax
        test    eax, eax
        jnz     __real__Z24PalGetMaximumStackBoundsPPvS0_
        push    rdi
        push    rsi
        sub     rsp, 24                         /* struct rlimit, and the stack's alignment */
        mov     edi, RLIMIT_STACK
        mov     rsi, rsp
        call    getrlimit
        mov     rcx, [rsp]
        add     rsp, 24
        pop     rsi
        pop     rdi
        mov     rdx, __libc_stack_end[rip]
        mov     [rsi], rdx
        mov     eax, LARGEST_STACK
        cmp     rcx, rax
        cmova   rcx, rax
        sub     rdx, rcx
        and     rdx, -4096
        mov     [rdi], rdx
        mov     eax, 1
        ret
        .size   __wrap__Z24PalGetMaximumStackBoundsPPvS0_, . - __wrap__Z24PalGetMaximumStackBoundsPPvS0_

        .type   share_arena, @function
share_arena:
        sub     rsp, 8
        mov     edi, M_ARENA_MAX
        mov     esi, 1
        call    mallopt
        add     rsp, 8
        ret
        .size   share_arena, . - share_arena

        .section .init_array, "aw"
        .balign 8
        .quad   share_arena

        .bss
        .balign 8
finalizer_start:
        .zero   8
finalizer_context:
        .zero   8
bounds_asked:
        .zero   4

        .section .note.GNU-stack, "", @progbits
