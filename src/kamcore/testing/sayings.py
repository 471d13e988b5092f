"""What each law says, in Chinese and in English, for a screen."""

__all__ = ["LAWS"]

LAWS = {
    "card_is_complete": ("格式卡片填写完整", "the card is complete"),
    "samples_are_recognised": ("认得自己的样本", "it is sure of its samples"),
    "strangers_are_refused": ("不会误认别的程序的文件", "it is not sure of strangers' files"),
    "strangers_fail_politely": (
        "强读别的程序的文件也不崩溃",
        "strangers' files, read by force, are refused with a place",
    ),
    "sniff_reads_the_head_only": ("辨认只看文件头", "the guess needs the head alone"),
    "samples_read_as_agreed": ("样本读出的内容与约定一致", "a sample says what was agreed"),
    "entries_balance_or_are_reported": (
        "凭证要么平衡, 要么有问题提示",
        "vouchers balance, or a problem says so",
    ),
    "amounts_are_those_of_the_sheet": (
        "读出的金额就是表格里显示的金额",
        "amounts are those the sheet shows",
    ),
    "torn_files_fail_politely": (
        "残缺的文件能读, 或说明哪里不对",
        "a torn file is read, or refused with a place",
    ),
    "files_are_left_alone": ("不改动也不占用源文件", "sources are neither changed nor held"),
    "loss_report_is_exact": ("损失报告不多不少", "the loss report is exact"),
    "what_is_declared_is_kept": ("声明能写的内容原样读回", "what is declared is kept"),
    "limits_are_honest": ("超出限制时如实报告", "beyond a limit there is that loss"),
    "writing_is_repeatable": ("相同账套写出相同字节", "the same books give the same bytes"),
    "own_writing_is_recognised": ("认得自己写出的文件", "it is sure of what it writes"),
    "hostile_text_survives": ("刁钻的文字保留或报告", "hostile text is kept or reported"),
    "workbooks_open_elsewhere": (
        "写出的工作簿能由别的程序打开, 不含公式",
        "workbooks open in another reader, without formulas",
    ),
    "spelling_is_stable": ("写法一致, 重写不变", "spelling is stable"),
    "speed_is_fair": ("每行用时不超过限度", "a line takes no more than its time"),
}
"""By law: one phrase each."""
