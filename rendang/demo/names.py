"""Names of fictional people, as a registry has them: common and compound surnames, minorities, rare characters."""

# ruff: noqa: SIM905  (lists of names read best as words)

from random import Random

# In the order of how many bear them; the first are drawn most often.
_SURNAMES = (
    "王李张刘陈杨赵孙于周徐姜吴林宋曲高马郑朱胡郭何罗梁谢韩唐冯董程袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
    "倪严牛温季俞章鲁葛"
    "韦申尤毕聂丛焦向柳邢骆岳齐梅庄辛管祝左涂谷祁时耿牟卜路詹关苗凌费纪靳盛童欧甄项裴席卫查屈鲍覃霍翁隋植"
    "甘景薄单包司柏宁"
    "柯阮桂闵解强丘华车冉房边逄迟宫栾臧仇朴区盖缪乐员种折黑谌洗召郇"
)
_COMPOUND = "欧阳 上官 司马 诸葛 尉迟 令狐 皇甫 东方 司徒 慕容 夏侯 长孙 公孙 万俟 澹台 单于".split()
_MEN = {
    1930: (
        "德富 永贵 文斌 玉山 国栋 宝田 长顺 树林 福来 瑞祥 景春 学礼 守义 明德 广仁 兆丰 延年 振山 金城 秀峰"
    ).split(),
    1950: (
        "建国 卫东 国庆 志强 援朝 爱民 红军 新华 跃进 文革 胜利 永红 解放 建军 卫国 向东 立新 志刚 学军 保国"
    ).split(),
    1970: "伟 强 军 勇 涛 磊 波 鹏 斌 辉 海涛 晓东 志勇 建波 永强 海波 立军 文杰 洪涛 少华".split(),
    1985: "鑫 浩 超 凯 帅 晨 阳 宇 博 翔 晓峰 文涛 俊杰 志鹏 嘉伟 思远 明哲 振宇 一鸣 子健".split(),
    1998: "子轩 浩然 宇航 梓豪 博文 俊熙 天佑 泽宇 皓轩 明轩 睿 昊 辰逸 奕辰 嘉懿 弘毅 沐阳 书恒 景行 知行".split(),
}
_WOMEN = {
    1930: (
        "秀英 桂兰 玉珍 淑贞 素芳 凤英 金花 翠莲 兰芝 月娥 彩云 惠芬 玉兰 秀兰 桂珍 淑兰 美英 爱莲 春梅 秀珍"
    ).split(),
    1950: (
        "秀芹 桂荣 淑华 红霞 玉华 爱华 秀丽 桂芝 卫红 建华 丽萍 淑芬 玉梅 美玲 新华 永红 爱萍 秀云 凤霞 瑞芳"
    ).split(),
    1970: "丽 敏 静 艳 娟 燕 红 霞 玲 梅 丽娜 海燕 晓红 春燕 丽华 雪梅 玉洁 秋菊 慧敏 文静".split(),
    1985: "婷 雪 倩 颖 琳 洁 莹 欣 璐 瑶 晓琳 雅楠 思雨 佳慧 梦瑶 婷婷 晓雯 文婧 若兰 一诺".split(),
    1998: (
        "欣怡 梓涵 诗涵 雨桐 佳怡 可馨 思彤 语嫣 紫萱 雨欣 依诺 静姝 书瑶 沐晴 若溪 清扬 嘉禾 婉清 知夏 念慈"
    ).split(),
}
_SINGLE = "安柏诚川达恩帆光航和嘉健杰俊可兰乐林明宁朋平奇清然荣瑞森尚书松涛彤文希贤祥晓新雅彦怡英永云泽哲珍知志中卓"
# Characters beyond the usual fonts and encodings, which a registry has all the same (GB 18030-2022).
RARE = "㐂䶮𬱖𬎆㛃㮾㴔龑玥"
_UYGHUR_MEN = "艾力 买买提 阿不都拉 吐尔逊 艾合买提 卡德尔 玉素甫 亚森 木拉提 帕尔哈提".split()
_UYGHUR_WOMEN = "阿依古丽 热依汗 古丽娜尔 帕提古丽 米热古丽 阿孜古丽 迪丽努尔 佐热古丽 茹仙古丽 玛依拉".split()
_MONGOLIAN = "巴特尔 其其格 乌兰 苏日娜 那日松 萨仁 阿古拉 娜仁托娅 朝鲁 乌云塔娜".split()
_TIBETAN = "扎西多吉 次仁卓玛 平措旺堆 德吉央金 洛桑顿珠 格桑曲珍 索朗旺姆 丹增".split()
# Ethnic group and how often it is met among a thousand.
_GROUPS = (
    (11, "满族"),
    (9, "朝鲜族"),
    (8, "回族"),
    (4, "蒙古族"),
    (3, "维吾尔族"),
    (3, "土家族"),
    (2, "壮族"),
    (2, "苗族"),
    (1, "藏族"),
)


def ethnic_group(random: Random) -> str:
    """Han for the most part, as in an eastern city."""
    drawn = random.randrange(1000)
    for share, group in _GROUPS:
        if drawn < share:
            return group
        drawn -= share
    return "汉族"


def name(random: Random, *, is_man: bool, born: int, group: str) -> str:
    """A name as it may have been given in that year, to somebody of that people."""
    if group == "维吾尔族":
        father = random.choice(_UYGHUR_MEN)
        return f"{random.choice(_UYGHUR_MEN if is_man else _UYGHUR_WOMEN)}·{father}"
    if group == "蒙古族" and random.random() < 0.7:
        return random.choice(_MONGOLIAN)
    if group == "藏族":
        return random.choice(_TIBETAN)
    surname = _surname(random, group)
    drawn = random.random()
    if drawn < 0.004:
        return surname + random.choice(RARE) + (random.choice(_SINGLE) if drawn < 0.002 else "")
    if drawn < 0.30:
        return surname + random.choice(_SINGLE) + random.choice(_SINGLE)
    given = _MEN if is_man else _WOMEN
    era = max(year for year in given if year <= max(born, min(given)))
    return surname + random.choice(given[era])


def _surname(random: Random, group: str) -> str:
    if group == "朝鲜族":
        return random.choice("金李朴崔郑")
    if group == "回族":
        return random.choice("马沙白丁哈")
    drawn = random.random()
    if drawn < 0.006:
        return random.choice(_COMPOUND)
    # The cube makes the first surnames as frequent as they are.
    return _SURNAMES[int(len(_SURNAMES) * random.random() ** 3)]
