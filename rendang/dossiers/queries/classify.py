"""Where a paper belongs, suggested by the words of its title; whoever identifies it decides."""

from collections.abc import Iterator

from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import ClassMark

# Words that titles really have, besides the typical materials of the scheme (domain.md §2.1).
WORDS = {
    "1": ("履历", "简历"),
    "2": ("自传", "思想汇报", "党性分析"),
    "3": ("考核", "鉴定", "考察"),
    "4-1": ("学历", "学位", "毕业", "学籍", "成绩", "学生登记", "报考", "录取", "入学"),
    "4-2": ("职称", "评审", "任职资格", "聘任", "职业资格", "考试合格"),
    "4-3": ("科研", "论文", "博士后", "发明"),
    "4-4": ("培训", "进修", "结业"),
    "5": ("政审", "审计", "审查", "更改"),
    "6": ("入党", "入团", "党员", "团员", "转正申请", "民主党派"),
    "7": ("奖", "表彰", "先进", "荣誉", "模范"),
    "8": ("处分", "判决", "违纪", "失信"),
    "9-1": ("工资", "转正定级", "参保", "薪"),
    "9-2": ("录用", "聘用", "招工", "劳动合同", "解除", "终止", "入伍", "退伍", "调动", "任免", "退休"),
    "9-3": ("出国", "出境"),
    "9-4": ("代表登记", "委员登记"),
    "10": ("报到证", "派遣证", "介绍信", "体检", "独生子女", "居留"),
}


def suggested_mark(title: str, scheme: str | None = None) -> str:
    """The class mark whose longest known word stands in the title; empty when none does."""
    text = standards.normalised(title)
    fitting = [(len(word), mark) for word, mark in _words() if word in text]
    longest = max(fitting, key=lambda one: one[0], default=(0, ""))[1]
    return mark_in_scheme(longest, scheme) if longest else ""


def mark_in_scheme(mark: str, scheme: str | None) -> str:
    """A mark of the newest scheme as another one has it: 9-2 is 9 where that category has no sub-classes."""
    known = {one.mark: one for one in standards.class_marks(scheme)}
    for wanted in (mark, mark.partition("-")[0]):
        if wanted in known and known[wanted].takes_materials:
            return wanted
    return ""


def _words() -> Iterator[tuple[str, str]]:
    for rule in standards.key_materials():
        for title in rule.titles:
            if " " not in title:
                yield title, rule.class_marks[0]
    marks: list[ClassMark] = standards.class_marks()
    for mark in marks:
        yield from ((word, mark.mark) for word in mark.materials if mark.takes_materials)
    for at, words in WORDS.items():
        yield from ((word, at) for word in words)
