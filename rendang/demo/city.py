"""青岚市, the fictional city of the demonstration: its institutions, their staff, its employers and schools.

No such city exists; its divisions are those of a real one, because an identity number begins with a real division.
"""

# ruff: noqa: SIM905  (lists of names read best as words)

from dataclasses import dataclass

from stdnum.cn import uscc

from rendang.kernel.access.models import Institution, Role

CITY = "青岚市"
PASSWORD = "Rendang-Demo-2026"


@dataclass(frozen=True)
class Office:
    """One of the five institutions, and which part of the city's people it keeps the dossiers of."""

    code: str
    name: str
    short_name: str
    english_name: str
    english_short_name: str
    kind: str
    address: str
    postcode: str
    phone: str
    hours: str
    accepts: str
    share: float


OFFICES = (
    Office(
        "RCSC",
        "青岚市人才市场（市人才服务中心）",
        "人才市场",
        "Qinglan Talent Market (Municipal Talent Service Centre)",
        "Talent Market",
        Institution.Kind.TALENT,
        "青岚市市南区观海二路 18 号 1–3 层",
        "266001",
        "0532-00001001",
        "周一至周五 9:00–12:00，13:30–17:00；周六 9:00–12:00（仅接件）",
        "非公有制单位聘用人员、辞职辞退人员、未就业高校毕业生、自费出国（境）人员和灵活就业人员的档案；单位可"
        "集体委托。",
        0.45,
    ),
    Office(
        "WQZX",
        "青岚市外商投资企业人力资源服务中心",
        "外企中心",
        "Qinglan Foreign Enterprise Human Resources Service Centre",
        "Foreign Enterprise Centre",
        Institution.Kind.FOREIGN,
        "青岚市崂山区云岭路 66 号外经大厦 5 层",
        "266061",
        "0532-00002002",
        "周一至周五 9:00–11:30，13:00–17:00",
        "外商投资企业和外国企业常驻代表机构中方雇员的档案，由用人单位集体委托。",
        0.12,
    ),
    Office(
        "JYZX",
        "青岚市公共就业服务中心",
        "就业中心",
        "Qinglan Public Employment Service Centre",
        "Employment Centre",
        Institution.Kind.EMPLOYMENT,
        "青岚市市北区台东八路 7 号",
        "266021",
        "0532-00003003",
        "周一至周五 8:30–12:00，13:30–17:30",
        "失业人员、解除劳动合同的企业职工、大中专毕业生和退役人员的档案。",
        0.20,
    ),
    Office(
        "LDZX",
        "青岚市劳动事务代理中心",
        "劳代中心",
        "Qinglan Labour Affairs Agency Centre",
        "Labour Agency Centre",
        Institution.Kind.LABOUR,
        "青岚市李沧区京口路 105 号",
        "266100",
        "0532-00004004",
        "周一至周五 8:30–11:30，13:30–17:00",
        "劳务派遣人员、破产改制企业职工和个体工商户从业人员的档案。",
        0.10,
    ),
    Office(
        "TXRY",
        "青岚市退休人员档案管理中心",
        "退休人员档案",
        "Qinglan Retirees' Dossier Centre",
        "Retirees' Dossiers",
        Institution.Kind.RETIRED,
        "青岚市城阳区正阳中路 230 号",
        "266109",
        "0532-00005005",
        "周一至周五 9:00–12:00，13:30–16:30",
        "纳入社会化管理的企业退休人员档案，由原单位或社会保险经办机构移交，不受理个人存档。",
        0.13,
    ),
)

# Two steps of some workflows need two people of one role; the largest institution has two of each.
SEVERAL = {("RCSC", Role.CLERK): 2, ("RCSC", Role.REVIEWER): 2, ("RCSC", Role.KEEPER): 2}
INSTITUTION_ROLES = (Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.KEEPER, Role.DIGITISER, Role.HEAD)
CITY_STAFF = (
    ("supervisor", "宋知远", Role.SUPERVISOR),
    ("system.admin", "卢一鸣", Role.SYSTEM_ADMINISTRATOR),
    ("security.admin", "秦若兰", Role.SECURITY_ADMINISTRATOR),
    ("audit.admin", "邵文博", Role.AUDIT_ADMINISTRATOR),
)
_STAFF_NAMES = (
    "王晓琳 于海波 刘静怡 陈立新 赵明远 孙玉珍 李卫东 周慧敏 高建国 吴思远 徐丽华 马国强 姜小燕 曲志鹏 宫雪梅 "
    "逄立波 丁婉清 薛长青 崔红霞 乔振宇 郝美玲 石磊 范秀英 卜文杰 "
    "栾晓东 臧淑芬 毕成林 迟雅楠 隋永强 仇丽娟 牟春生 解晓峰 柳若冰"
).split()


@dataclass(frozen=True)
class Worker:
    """A member of staff: ``clerk.rcsc`` is the window clerk of RCSC, ``clerk2.rcsc`` the second one."""

    username: str
    name: str
    role: Role
    office: str | None


def staff() -> list[Worker]:
    """Everybody who has an account, the city's people last."""
    names = iter(_STAFF_NAMES)
    workers = []
    for office in OFFICES:
        for role in INSTITUTION_ROLES:
            for number in range(1, SEVERAL.get((office.code, role), 1) + 1):
                username = f"{role.lower()}{number if number > 1 else ''}.{office.code.lower()}"
                workers.append(Worker(username, next(names), role, office.code))
    return workers + [Worker(username, name, role, None) for username, name, role in CITY_STAFF]


@dataclass(frozen=True)
class Firm:
    name: str
    credit_code: str
    is_foreign: bool = False


_PLACES = ("青岚", "青岚", "青岚", "岚山湾", "胶东", "山东", "市南", "崂北")
_BRANDS = (
    "海曜 云帆 致柯 润泽 恒岳 汇川石 启明辰 蓝岬 瀚声 嘉木 天峤 宏砺 金穗禾 和畅 锐思 远洋帆 德馨源 百川归 "
    "佳沃丰 盛京东 同舟 泰和谷 中科岚 华信诚 东方晟 新航线 绿原 "
    "卓越达 鼎盛隆 麦田"
).split()
_TRADES = (
    "机械制造 电子科技 国际物流 食品加工 软件技术 建筑工程 纺织服装 生物医药 酒店管理 汽车部件 教育咨询 "
    "人力资源服务 港务装卸 海洋工程 商贸 化工材料 家用电器 包装印刷 文化传媒 "
    "环境工程"
).split()
_FOREIGN = (
    "三友电装（青岚）有限公司 东海精密（青岚）有限公司 朝日食品（青岚）有限公司 韩星电子（青岚）有限公司 "
    "德润机械（中国）有限公司 北欧家居（青岚）有限公司 联合船务（青岚）有限公司 "
    "美柯化工（青岚）有限公司 和乐纺织（青岚）有限公司 樱花精工（青岚）有限公司 凯诺重工株式会社青岚代表处 "
    "莱茵检测技术（青岚）有限公司 大宇恒信电子（青岚）有限公司 "
    "欧陆物流（中国）有限公司 枫叶教育咨询（青岚）有限公司 泛洋渔业（青岚）有限公司"
).split()
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(division: str, number: int) -> str:
    """A valid unified social credit code (GB 32100) with a valid organisation code (GB 11714) inside."""
    organisation = f"MA{number:06d}"
    total = sum(int(sign, 36) * weight for sign, weight in zip(organisation, _ORGANISATION_WEIGHTS, strict=True))
    check = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    first_17 = f"91{division}{organisation}{check}"
    return first_17 + str(uscc.calc_check_digit(first_17 + "0"))


def firms() -> list[Firm]:
    """The employers of the city: a hundred and sixty domestic ones, and the foreign ones."""
    domestic = [
        Firm(
            f"{_PLACES[n % len(_PLACES)]}{_BRANDS[n % len(_BRANDS)]}{_TRADES[(n * 7 + n // 30) % len(_TRADES)]}"
            f"{'股份' if n % 11 == 0 else ''}有限公司",
            credit_code("370202", 310_000 + n * 37),
        )
        for n in range(160)
    ]
    return domestic + [
        Firm(name, credit_code("370212", 520_000 + n * 53), is_foreign=True) for n, name in enumerate(_FOREIGN)
    ]


SCHOOLS = (
    "青岚大学 青岚理工大学 青岚科技大学 青岚农业大学 岱东师范大学 胶东学院 黄海财经学院 齐鲁海洋大学 "
    "东部政法大学 鲁东医学院"
).split()
COLLEGES = (
    "青岚职业技术学院 青岚港湾职业技术学院 岱东旅游职业学院 胶东工业学校 青岚卫生学校 青岚财经学校 青岚第一技工学校"
).split()
MAJORS = (
    "机械设计制造及其自动化 计算机科学与技术 软件工程 会计学 国际经济与贸易 英语 日语 朝鲜语 土木工程 "
    "化学工程与工艺 汉语言文学 护理学 临床医学 法学 市场营销 物流管理 "
    "食品科学与工程 电气工程及其自动化 海洋科学 旅游管理"
).split()
TRADES_TAUGHT = (
    "机电一体化技术 数控技术 会计 护理 电子商务 酒店管理 汽车检测与维修 港口机械 焊接 服装设计 幼儿教育 烹饪".split()
)
FORMER_KEEPERS = (
    "岱东市人才交流中心 胶东县公共就业服务中心 青岚大学档案馆 青岚理工大学学生处 滨海省人才市场 "
    "北辰区人力资源服务中心 青岚纺织机械厂劳资科 青岚第二橡胶厂人事处 某部退役军人事务站 "
    "江州市就业促进中心 东海市人力资源和社会保障局 南屏市人才服务局"
).split()
