/* Where the kernel enters the program: before libc and .NET begin, a command that starts processes inside a container executes the program again
   from a read-only clone of the mount that it lies on. What a container reaches through /proc/PID/exe, or runs by naming /proc/self/exe, is then a
   file that nobody can open for writing (CVE-2019-5736), for a tenth of what starting twice would cost. Where it lies on a read-only mount already,
   nothing is done. Where the kernel refuses the clone, as it does to ordinary users, the program goes on and
   copies itself unless its file is out of their reach: Conex.Linux/Processes/OwnProgram.cs.
   System V ABI for x86-64; rsp points to argc, argv, NULL, envp, NULL; rdx belongs to libc. */
        .intel_syntax noprefix

        .equ    SYS_statfs, 137
        .equ    SYS_prctl, 157
        .equ    SYS_execveat, 322
        .equ    SYS_open_tree, 428
        .equ    SYS_mount_setattr, 442
        .equ    AT_FDCWD, -100
        .equ    AT_EMPTY_PATH, 0x1000
        .equ    OPEN_TREE_CLONE, 1
        .equ    O_CLOEXEC, 0x80000
        .equ    ST_RDONLY, 1
        .equ    STATFS_SIZE, 120
        .equ    STATFS_FLAGS, 80
        .equ    MOUNT_ATTR_SIZE, 32
        .equ    PR_SET_NAME, 15

        .globl  conex_entry
        .type   conex_entry, @function
        .text
conex_entry:
        mov     r12, rdx
        mov     r13, [rsp]                      /* argc */
        lea     r14, [rsp + 8]                  /* argv */
        lea     r15, [r14 + r13 * 8 + 8]        /* envp */

        /* Is one of the arguments such a command? */
        lea     rbx, [r14 + 8]
next_argument:
        mov     rsi, [rbx]
        test    rsi, rsi
        jz      go_on
        add     rbx, 8
        lea     rdi, commands[rip]
next_command:
        cmp     byte ptr [rdi], 0
        je      next_argument
        mov     rcx, rsi
compare:
        mov     al, [rdi]
        inc     rdi
        cmp     al, [rcx]
        jne     differs
        inc     rcx
        test    al, al
        jnz     compare
        jmp     protect
differs:
        test    al, al
        jz      next_command
skip:
        cmp     byte ptr [rdi], 0
        lea     rdi, [rdi + 1]
        jne     skip
        jmp     next_command

protect:
        sub     rsp, 128
        mov     eax, SYS_statfs
        lea     rdi, own_program[rip]
        mov     rsi, rsp
        syscall
        mov     rbx, [rsp + STATFS_FLAGS]
        add     rsp, 128
        test    rax, rax
        jnz     go_on
        test    rbx, ST_RDONLY
        jnz     protected

        mov     eax, SYS_open_tree
        mov     rdi, AT_FDCWD
        lea     rsi, own_program[rip]
        mov     edx, OPEN_TREE_CLONE | O_CLOEXEC
        syscall
        test    rax, rax
        js      go_on
        mov     rbx, rax

        mov     eax, SYS_mount_setattr
        mov     rdi, rbx
        lea     rsi, nothing[rip]
        mov     edx, AT_EMPTY_PATH
        lea     r10, read_only[rip]
        mov     r8d, MOUNT_ATTR_SIZE
        syscall
        test    rax, rax
        jnz     go_on

        mov     eax, SYS_execveat
        mov     rdi, rbx
        lea     rsi, nothing[rip]
        mov     rdx, r14
        mov     r10, r15
        mov     r8d, AT_EMPTY_PATH
        syscall
        jmp     go_on

protected:
        /* Executed by descriptor, a process is called after its number (before Linux 6.14). */
        mov     eax, SYS_prctl
        mov     edi, PR_SET_NAME
        lea     rsi, name[rip]
        syscall
go_on:
        mov     rdx, r12
        jmp     _start
        .size   conex_entry, . - conex_entry

        .section .rodata
own_program:
        .string "/proc/self/exe"
name:
        .string "conex-runtime"
nothing:
        .byte   0
commands:
        .string "run"
        .string "create"
        .string "exec"
        .string "restore"
        .string "monitor"
        .string "mounts"
        .byte   0
        .balign 8
read_only:
        .quad   1                               /* attr_set: MOUNT_ATTR_RDONLY */
        .quad   0
        .quad   0x40000                         /* propagation: MS_PRIVATE */
        .quad   0

        .section .note.GNU-stack, "", @progbits
