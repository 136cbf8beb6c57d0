/* What every static program does with memory from its first instruction on: fewer system calls at each start.
   - The .NET runtime tells the kernel of each piece of the heap whether a core dump shall hold it, three dozen calls that change nothing that anybody
     uses. Linked with --wrap=madvise, such hints end here.
   - malloc(3) would map 128 MB of addresses for the finalizer's thread, which allocates next to nothing: all threads share the first arena. */
        .intel_syntax noprefix

        .equ    MADV_DONTDUMP, 16
        .equ    MADV_DODUMP, 17
        .equ    M_ARENA_MAX, -8

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

        .section .note.GNU-stack, "", @progbits
